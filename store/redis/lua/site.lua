-- The site's own keys: the stream that moderators follow, its comments by state, and the polls that time
-- will move. They are on another shard than the threads, so a thread's events come here in a second
-- step, each exactly once: `seen` has the number of the last one of every thread. Numbers are
-- microseconds of a clock, which a score holds exactly, and by which old entries are dropped.

local function site_prefix(log_key)
    return log_key:sub(1, -#'log' - 1)
end

local function newest_of(log_key)
    local newest = call('XREVRANGE', log_key, '+', '-', 'COUNT', 1)[1]
    return newest and tonumber(newest[1]:match('^%d+')) or 0
end

local function seen_of(prefix, thread)
    return tonumber(call('ZSCORE', prefix .. 'seen', thread) or 0)
end

-- Whether moderators were ever told of a comment: from then on it is in the list of one state.
local EVERY_STATE = '012345' -- of domain::CommentState
local function is_listed(prefix, member)
    for _, key in ipairs(list_keys(prefix, EVERY_STATE)) do
        if call('ZSCORE', key, member) then return true end
    end
    return false
end

local function relist(prefix, member, before, after, created)
    if before ~= NEW then call('ZREM', prefix .. 'state:' .. before, member) end
    call('ZADD', prefix .. 'state:' .. after, created, member)
end

-- An event is taken when nothing between the last one here and itself is missing. Its number may be far
-- above, and that of the event before it below, the last one here: then the thread has lost some since.
-- What is between but nowhere any more (Redis lost it) must not hold up those behind it: a node that has
-- found nothing in the outbox between the two says so by giving the number of the last one here.
--
-- An event that is not above the last one here has been brought by another node; unless a server whose
-- clock is behind gave its number after a loss. Then it is known by its comment being new here.
--
-- KEYS: the site's log. ARGV: the node, the thread, the number behind which the outbox was read (or
-- nothing), then number and entry of each event, in order.
-- Answers the last number that is in the stream and, for each event, its offset here: 0 for one that
-- another node has brought, and for all behind a gap (the node then sends what is between).
local function append_to_site(keys, args)
    local prefix = site_prefix(keys[1])
    local node, thread, read_behind = args[1], args[2], tonumber(args[3])
    local seen = seen_of(prefix, thread)
    local first = seen == read_behind and 4
    local newest = newest_of(keys[1])
    local offsets, news = {}, {}
    for i = 4, #args, 2 do
        local seq, entry = tonumber(args[i]), args[i + 1]
        local place = 0
        local previous, offset, before, after, created, at = parse(OUTBOX_HEAD, entry)
        local event = entry:sub(at)
        local member = event:sub(1, ID_BYTES) .. ' ' .. thread
        local follows = seen < seq and (previous <= seen or i == first)
        if follows or (seq <= seen and before == NEW and not is_listed(prefix, member)) then
            seen = math.max(seen, seq)
            newest = newest + 1
            place = newest
            local record = pack('<I8Bc0', offset, #thread, thread) .. event
            call('XADD', keys[1], 'MAXLEN', '~', LIMITS.stream_events, newest .. '-0', 'e', record)
            relist(prefix, member, before, after, created)
            list_reported(prefix, member, event, created)
            news[#news + 1] = pack('<I8I4c0', newest, #record, record)
        end
        offsets[#offsets + 1] = pack('<I8', place)
    end
    if #news > 0 then
        call('ZADD', prefix .. 'seen', string.format('%d', seen), thread)
        tell(prefix .. 'events', node, table.concat(news))
    end
    return pack('<I8', seen) .. table.concat(offsets)
end

-- KEYS: the site's log. ARGV: threads. Answers the last number of each that is in the stream.
local function site_seen(keys, args)
    local out, prefix = {}, site_prefix(keys[1])
    for i, thread in ipairs(args) do
        out[i] = pack('<I8', seen_of(prefix, thread))
    end
    return table.concat(out)
end

-- KEYS: the site's log. ARGV: since, limit. Answers as vp_log does, without the comments: they are
-- elsewhere.
local function site_log(keys, args)
    local newest = newest_of(keys[1])
    local entries = entries_after(keys[1], tonumber(args[1]), tonumber(args[2]), newest)
    if not entries then return pack('<I8BI4', newest, 0, 0) end
    local records = { pack('<I8BI4', newest, 1, #entries) }
    for _, entry in ipairs(entries) do
        records[#records + 1] = pack('<I8I4c0', tonumber(entry[1]:match('^%d+')), #entry[2][2], entry[2][2])
    end
    return table.concat(records)
end

-- The same as vp_moderation for all threads. Answers the newest offset, whether there is more, and id and
-- thread of each comment.
local function site_moderation(keys, args)
    local limit = tonumber(args[4])
    local listed = list_all(list_keys(site_prefix(keys[1]), args[1]), DESCENDING, args[2], args[3], limit + 1)
    local more = cut(listed, limit)
    local out = {}
    for i, one in ipairs(listed) do
        out[i] = pack('<B', #one.member) .. one.member
    end
    return pack('<I8', newest_of(keys[1])) .. more .. pack('<I4', #out) .. table.concat(out)
end

-- Polls that time may move: more than there are, never fewer, because one is written before its poll is,
-- and goes only when a newer definition than its own says so. The value is "VERSION THREAD".
local function timed_version(key, poll)
    local kept = call('HGET', key, poll)
    return kept and tonumber(kept:match('^%d+')) or 0
end

-- KEYS: the site's hash of timed polls. ARGV: the poll, its version, its thread.
local function time_poll(keys, args)
    local poll, version, thread = args[1], tonumber(args[2]), args[3]
    if timed_version(keys[1], poll) <= version then
        call('HSET', keys[1], poll, string.format('%d %s', version, thread))
    end
    return 1
end

-- The poll's definition of that version is not moved by time.
local function untime_poll(keys, args)
    if timed_version(keys[1], args[1]) <= tonumber(args[2]) then call('HDEL', keys[1], args[1]) end
    return 1
end

register('vp_site_append', append_to_site, {})
register_read('vp_site_seen', site_seen)
register('vp_time_poll', time_poll, {})
register('vp_untime_poll', untime_poll, {})
register_read('vp_site_log', site_log)
register_read('vp_site_moderation', site_moderation)
