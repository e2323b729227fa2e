// The systems' ways of writing money and time, turned into what the graph shows.

const CURRENCIES = { 1102: 'EUR' };
const REMEMBERED = 4096;

// Units of a hundredth as decimal text.
export function money(units, currency) {
  if (units === undefined || units === '') return null;
  const negative = units.startsWith('-');
  const digits = (negative ? units.slice(1) : units).padStart(3, '0');
  return {
    amount: `${negative ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`, currency: CURRENCIES[currency] ?? currency,
  };
}

const zone = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Madrid', timeZoneName: 'longOffset', hour: '2-digit' });
const offsets = new Map();

// Minutes that Madrid is ahead of UTC in an hour of its own clock; an hour is looked up once.
function offset(hour) {
  let known = offsets.get(hour);
  if (known === undefined) {
    const guess = Date.UTC(+hour.slice(0, 4), +hour.slice(4, 6) - 1, +hour.slice(6, 8), +hour.slice(8, 10)) - 3_600_000;
    const name = zone.formatToParts(guess).find((part) => part.type === 'timeZoneName').value;
    const [, hours = '0', minutes = '0'] = /GMT\+(\d+):(\d+)/.exec(name) ?? [];
    if (offsets.size >= REMEMBERED) offsets.clear();
    offsets.set(hour, known = +hours * 60 + +minutes);
  }
  return known;
}

// Fourteen digits of local time as an instant.
export function instant(local) {
  if (local === undefined || local === '') return null;
  const utc = Date.UTC(+local.slice(0, 4), +local.slice(4, 6) - 1, +local.slice(6, 8), +local.slice(8, 10),
    +local.slice(10, 12), +local.slice(12, 14)) - offset(local.slice(0, 10)) * 60_000;
  return `${new Date(utc).toISOString().slice(0, 19)}Z`;
}

// A time with an offset, as TMF writes it, as an instant.
export function moment(text) {
  return text ? `${new Date(text).toISOString().slice(0, 19)}Z` : null;
}
