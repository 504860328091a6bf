-- http-request lua.ticketd BACKEND PATH: asks a server of that backend whether to accept a request.
--
-- Sets txn.ticketd_status to the status of ticketd's response, or to 503 without one. On 200 it sets
-- txn.ticketd_issuer, _subject, _session, _audience, _channel, _claims and _session_expires, and removes the ticket from the
-- query and from Sec-WebSocket-Protocol. On 401 it sets txn.ticketd_challenge. The configuration must refuse every
-- status but 200.

-- ticketd itself waits two seconds for Redis.
local TIMEOUT_SECONDS = 4
local FORWARDED = { 'origin', 'sec-fetch-site', 'sec-websocket-protocol', 'traceparent', 'x-request-id' }
local IDENTITY = { 'issuer', 'subject', 'session', 'audience', 'channel', 'claims', 'session-expires' }

-- HAProxy numbers the values of a header from 0.
local function values_of(headers, name)
  local values = {}
  local list = headers[name] or {}
  local at = 0
  while list[at] do
    values[#values + 1] = list[at]
    at = at + 1
  end
  return values
end

local function build_request(txn, path)
  local sent = txn.http:req_get_headers()
  local lines = {
    'GET ' .. path .. ' HTTP/1.1',
    'Host: ticketd',
    'Connection: close',
    'X-Original-URI: ' .. txn.sf:pathq(),
  }
  -- Remove this line if a proxy in front of HAProxy changes the Host of the browser.
  for _, host in ipairs(values_of(sent, 'host')) do lines[#lines + 1] = 'X-Forwarded-Host: ' .. host end
  local hops = values_of(sent, 'x-forwarded-for')
  hops[#hops + 1] = txn.sf:src()
  lines[#lines + 1] = 'X-Forwarded-For: ' .. table.concat(hops, ', ')
  for _, name in ipairs(FORWARDED) do
    for _, value in ipairs(values_of(sent, name)) do
      lines[#lines + 1] = name .. ': ' .. value
    end
  end
  return table.concat(lines, '\r\n') .. '\r\n\r\n'
end

local function any_address_in(backend)
  local up = {}
  for _, server in pairs(core.backends[backend].servers) do
    local status = server:get_stats().status
    if status:find('^UP') or status == 'no check' then up[#up + 1] = server:get_addr() end
  end
  return #up > 0 and up[math.random(#up)] or nil
end

local function read_response(socket)
  local status = (socket:receive('*l') or ''):match('^HTTP/1%.%d (%d%d%d)')
  local headers = {}
  local line = socket:receive('*l')
  while line and line ~= '' do
    local name, value = line:match('^([^:]+):%s*(.-)%s*$')
    if name then headers[name:lower()] = value end
    line = socket:receive('*l')
  end
  -- An incomplete response does not count.
  if status and line then return tonumber(status), headers end
end

-- Uses its own socket: core.httpclient sends up to four times, and the second time the ticket is used.
local function send(address, text)
  local socket = core.tcp()
  socket:settimeout(TIMEOUT_SECONDS)
  local status, headers
  if socket:connect(address) and socket:send(text) then status, headers = read_response(socket) end
  socket:close()
  return status or 503, headers or {}
end

local function without_ticket(text, separator, start, joint)
  local kept = {}
  for part in text:gmatch('[^' .. separator .. ']+') do
    if part:sub(1, #start) ~= start then kept[#kept + 1] = part end
  end
  return table.concat(kept, joint)
end

local function strip_query(txn)
  local query = without_ticket(txn.sf:query() or '', '&', 'ticket=', '&')
  if query == '' then
    txn.http:req_set_uri(txn.sf:path())
  else
    txn.http:req_set_query(query)
  end
end

local function strip_protocols(txn)
  local offered = table.concat(values_of(txn.http:req_get_headers(), 'sec-websocket-protocol'), ',')
  local protocols = without_ticket(offered, ',%s', 'ticketd.', ', ')
  if protocols == '' then
    txn.http:req_del_header('sec-websocket-protocol')
  else
    txn.http:req_set_header('sec-websocket-protocol', protocols)
  end
end

local function ticketd(txn, backend, path)
  local address = any_address_in(backend)
  local status, headers = 503, {}
  if address then status, headers = send(address, build_request(txn, path)) end
  txn:set_var('txn.ticketd_status', status)
  if status == 401 then txn:set_var('txn.ticketd_challenge', headers['www-authenticate'] or 'Ticket') end
  if status ~= 200 then return end
  for _, name in ipairs(IDENTITY) do
    txn:set_var('txn.ticketd_' .. name:gsub('-', '_'), headers['x-ticketd-' .. name] or '')
  end
  strip_query(txn)
  strip_protocols(txn)
end

core.register_action('ticketd', { 'http-req' }, ticketd, 2)
