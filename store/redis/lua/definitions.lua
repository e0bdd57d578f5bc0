-- Definitions of threads and polls, and the counters of a thread.

local function put_thread(batch, blob, at)
    local version_before, body
    version_before, body, at = parse('<I4I4c0', blob, at)
    local key = batch.prefix .. 'thread'
    local code = check_version(read_number(key, 'version'), version_before)
    if code ~= DONE then return pack('<I2', code), at end
    local version = version_before + 1
    call('HSET', key, 'version', version, 'body', body)
    batch.events[#batch.events + 1] = pack('<BI4I4c0', EVENT_THREAD, version, #body, body)
    return pack('<I2I4', DONE, version), at
end

local function pack_poll(poll)
    return pack(
        POLL_HEAD, poll.version, poll.round, poll.gate, poll.options, poll.min, poll.max, poll.policy,
        poll.closes_at, poll.place
    ) .. pack('<I4c0', #poll.choices, poll.choices) .. poll.body
end

local function box_of(id, round)
    return 'poll/' .. id .. '/' .. string.format('%d', round)
end

-- `choices` is what ballots depend on, options and rules: it stays once a ballot was cast.
local function check_poll(prefix, poll, known, tally, version_before)
    if not call('HGET', prefix .. 'thread', 'version') then return ERROR.thread_not_found end
    local code = check_version(known and known.version or 0, version_before)
    if code ~= DONE then return code end
    if not known then
        local full = call('HLEN', prefix .. 'polls') >= LIMITS.polls_per_thread
        return full and ERROR.limit_exceeded or DONE
    end
    if poll.round < known.round then return ERROR.bad_request end -- a round never comes back
    if poll.choices ~= known.choices and tally.voters > 0 then return ERROR.options_locked end
    return DONE
end

-- Answers DONE, the definition's version and the tally.
local function put_poll(batch, blob, at)
    local prefix = batch.prefix
    local id, version_before, packed
    id, version_before, packed, at = parse('<Bc0I4I4c0', blob, at)
    local poll = parse_poll(packed)
    local kept = call('HGET', prefix .. 'polls', id)
    local known = kept and parse_poll(kept)
    -- Of a poll that is new there is no tally, unless Redis has lost the poll and its tally was raised.
    local tally = tally_to_write(prefix, box_of(id, (known or poll).round), batch)
    local code = check_poll(prefix, poll, known, tally, version_before)
    if code ~= DONE then return pack('<I2', code), at end

    -- A new round's box begins empty, with a version above all that its poll had before.
    local version = tally.version
    if not known or known.round ~= poll.round then tally = parse_tally(nil) end
    tally.version = version + 1
    poll.version = version_before + 1
    poll.place = known and known.place or call('HLEN', prefix .. 'polls')
    local definition = pack_poll(poll)
    call('HSET', prefix .. 'polls', id, definition)
    write_tally(prefix, box_of(id, poll.round), tally, version)
    local packed_tally = pack_tally(tally)
    batch.events[#batch.events + 1] = pack('<BI4c0', EVENT_POLL, #definition, definition) .. packed_tally
    return pack('<I2I4', DONE, poll.version) .. packed_tally, at
end

-- A node's counters of this thread. A batch that the node's epoch has delivered before is refused by
-- doing nothing, and so is one for a thread that does not exist. Answers whether it moved anything, and
-- the counters.
local function add_counts(batch, blob, at)
    local key = batch.prefix .. 'thread'
    local epoch, number, view, heart, clap
    epoch, number, view, heart, clap, at = parse('<Bc0I8I8I8I8', blob, at)
    if not call('HGET', key, 'version') then return pack('<I2B', DONE, 0), at end
    local newest_key = batch.prefix .. 'counted:' .. epoch
    if number <= tonumber(call('GET', newest_key) or 0) then return pack('<I2B', DONE, 0), at end
    call('SET', newest_key, number, 'PX', LIMITS.idempotency_ttl_ms)
    local totals = pack(
        '<I8I8I8', call('HINCRBY', key, 'view', view), call('HINCRBY', key, 'heart', heart),
        call('HINCRBY', key, 'clap', clap)
    )
    batch.counters = pack('<B', EVENT_COUNTERS) .. totals
    return pack('<I2B', DONE, 1) .. totals, at
end
