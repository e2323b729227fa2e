import{a as s,f as n}from"./index-X-aBovOi.js";const o={tabSize:2,insertSpaces:!0,eol:`
`},r={jsonc:{astFormat:"jsonc-text",parse:t=>({text:t}),locStart:()=>0,locEnd:({text:t})=>t.length}},a={"jsonc-text":{print:({node:{text:t}})=>s(t,n(t,void 0,o))}};export{r as parsers,a as printers};
