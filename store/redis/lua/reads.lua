-- What can be asked of a thread. Each function is one moment of it.

-- A comment as the server reads it: its record and its reactions.
local function pack_comment(prefix, id, packed_record)
    local likes, dislikes = reactions_of(prefix, id)
    return pack('<I4c0I8I8', #packed_record, packed_record, likes, dislikes)
end

local function position_of(prefix)
    return read_number(prefix .. 'thread', 'offset')
end

local function pack_poll_view(prefix, id, packed)
    local poll = parse_poll(packed)
    return pack('<I4c0', #packed, packed) .. pack_tally(read_tally(prefix, box_of(id, poll.round)))
end

-- Counts, and the viewers of other nodes behind them. ARGV: the node that asks, the time to live of what
-- a node says.
local function pack_counts_for(prefix, args)
    return pack_counts(prefix) .. pack('<I8', viewers_elsewhere(prefix, args[1], tonumber(args[2])))
end

-- Empty when there is no such thread; else version, body, offset, counts and the polls, oldest first.
-- ARGV: as above.
local function thread(keys, args)
    local prefix = prefix_of(keys[1])
    local version, body = unpack(call('HMGET', keys[1], 'version', 'body'))
    if not version then return '' end
    local polls = {}
    local kept = call('HGETALL', prefix .. 'polls')
    for i = 1, #kept, 2 do
        polls[parse_poll(kept[i + 1]).place + 1] = pack_poll_view(prefix, kept[i], kept[i + 1])
    end
    return pack('<I4I4c0I8', version, #body, body, position_of(prefix)) .. pack_counts_for(prefix, args)
        .. pack('<I4', #polls) .. table.concat(polls)
end

-- Empty when there is no such poll. ARGV: its id.
local function poll(keys, args)
    local prefix = prefix_of(keys[1])
    local packed = call('HGET', prefix .. 'polls', args[1])
    return packed and pack_poll_view(prefix, args[1], packed) or ''
end

-- ARGV: ids. Answers their number and, for each, a flag and, where it is 1, the comment.
local function comments(keys, args)
    local prefix = prefix_of(keys[1])
    local found = { pack('<I4', #args) }
    for _, id in ipairs(args) do
        local packed = call('HGET', prefix .. 'comments', id)
        found[#found + 1] = packed and '\1' .. pack_comment(prefix, id, packed) or '\0'
    end
    return table.concat(found)
end

-- ARGV: the voter, boxes. Answers a set for each.
local function ballots(keys, args)
    local prefix = prefix_of(keys[1])
    local sets = {}
    for i = 2, #args do
        sets[i - 1] = pack('<I8', tonumber(call('HGET', prefix .. 'ballots:' .. args[i], args[1]) or 0))
    end
    return table.concat(sets)
end

-- ARGV: as above.
local function counts(keys, args)
    return pack_counts_for(prefix_of(keys[1]), args)
end

-- The records of a stream after `since`, at most `limit`; false where trimming has taken some of them.
local function entries_after(key, since, limit, newest)
    if since >= newest or limit == 0 then return {} end
    local entries = call('XRANGE', key, string.format('%d', since + 1), '+', 'COUNT', limit)
    local first = entries[1] and tonumber(entries[1][1]:match('^%d+'))
    return first == since + 1 and entries
end

-- ARGV: since, limit. Answers the newest offset, whether the records are complete, and the records:
-- offset, event and comment.
local function log(keys, args)
    local prefix = prefix_of(keys[1])
    local newest = position_of(prefix)
    local entries = entries_after(prefix .. 'log', tonumber(args[1]), tonumber(args[2]), newest)
    if not entries then return pack('<I8BI4', newest, 0, 0) end
    local records = { pack('<I8BI4', newest, 1, #entries) }
    for _, entry in ipairs(entries) do
        local event = entry[2][2]
        local id = event:sub(1, 13)
        records[#records + 1] = pack('<I8I4c0', tonumber(entry[1]:match('^%d+')), #event, event)
            .. pack_comment(prefix, id, call('HGET', prefix .. 'comments', id))
    end
    return table.concat(records)
end

-- What the site's stream does not have yet. ARGV: the last number to leave out, limit. Answers number
-- and entry of each.
local function outbox(keys, args)
    local entries = call(
        'XRANGE', prefix_of(keys[1]) .. 'outbox', string.format('%d', tonumber(args[1]) + 1), '+', 'COUNT', args[2]
    )
    local out = { pack('<I4', #entries) }
    for _, entry in ipairs(entries) do
        out[#out + 1] = pack('<I8I4c0', tonumber(entry[1]:match('^%d+')), #entry[2][2], entry[2][2])
    end
    return table.concat(out)
end

-- KEYS: the thread's hash. ARGV: the number of the last event that goes.
local function trim_outbox(keys, args)
    return call('XTRIM', prefix_of(keys[1]) .. 'outbox', 'MINID', string.format('%d-0', tonumber(args[1]) + 1))
end

register('vp_trim_outbox', trim_outbox, {})
register_read('vp_thread', thread)
register_read('vp_poll', poll)
register_read('vp_comments', comments)
register_read('vp_ballots', ballots)
register_read('vp_counts', counts)
register_read('vp_log', log)
register_read('vp_outbox', outbox)
