-- The load that wrk makes: one question, asked for customer after customer (and, where wanted, as operation after
-- operation). Arguments: file of the question, address of the graph as path, first customer, number of customers,
-- number of operations, where to begin, how often each operation comes in a row, and an access token, if any. In the question's file `@CUSTOMER@`, `@NATIONAL@` and `@OPERATION@` are places to fill.
local template, path, first, customers, operations, shift, times
local turn = 0
local headers = { ["Content-Type"] = "application/json", ["Accept"] = "application/json" }

function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  template = file:read("*a")
  file:close()
  path = arguments[2]
  first = tonumber(arguments[3])
  customers = tonumber(arguments[4])
  operations = tonumber(arguments[5])
  -- Rounds do not all begin with the same customer, or a short one would see only those.
  shift = tonumber(arguments[6])
  times = tonumber(arguments[7])
  if arguments[8] then headers["Authorization"] = "Bearer " .. arguments[8] end
end

local rendered = {}

function request()
  turn = turn + 1
  local customer = (turn - 1 + shift) % customers
  local operation = math.floor((turn - 1 + shift) / times) % operations
  local key = customer * 100000 + operation
  local ready = rendered[key]
  if ready == nil then
    local number = first + customer
    local body = template
      :gsub("@CUSTOMER@", string.format("2%06d", number))
      :gsub("@NATIONAL@", string.format("60%06d", number))
      :gsub("@OPERATION@", string.format("%05d", operation))
    ready = wrk.format("POST", path, headers, body)
    if operations == 1 then rendered[key] = ready end
  end
  return ready
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    'MEASURED {"requests": %d, "microseconds": %d, "p50_ms": %.3f, "p95_ms": %.3f, "p99_ms": %.3f, "bytes": %d, '
      .. '"bad_status": %d, "broken": %d}\n',
    summary.requests, summary.duration, latency:percentile(50) / 1000, latency:percentile(95) / 1000,
    latency:percentile(99) / 1000, summary.bytes, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
