-- Comments: the log of a thread, the current state of each comment beside it, and the orders in which
-- they are listed.
--
-- A comment's record is a head that the functions read, and a body that is the server's own. It stands
-- on one of two shelves: `shown` is what readers find (visible, or a top-level comment with replies),
-- `hidden` is the rest, which staff sees too. A shelf has a sorted set for each order of top-level
-- comments, and one for the replies of each root.

local VISIBLE = 1
local COMMENT_ANSWER = 'A'
local RECORD_HEAD = '<I4BI4dBc13'
local RECORD_HEAD_BYTES = 31
-- Of domain::EventType, what the lists go by.
local EVENT_POSTED, EVENT_EDITED, EVENT_REPORTED = 0, 1, 7
-- Of an entry of the outbox: the number of the event before it, offset, state before and after, time. The
-- event follows.
local OUTBOX_HEAD = '<I8I8BBd'
local NEW = 255 -- instead of the state before, of a comment that was not there

local function parse_record(packed)
    if not packed then return nil end
    local record = {}
    record.version, record.state, record.replies, record.created, record.top, record.root =
        parse(RECORD_HEAD, packed)
    record.top = record.top == 1
    record.body = packed:sub(RECORD_HEAD_BYTES + 1)
    return record
end

local function pack_record(record)
    return pack(
        RECORD_HEAD, record.version, record.state, record.replies, record.created, record.top and 1 or 0,
        record.root
    ) .. record.body
end

local function read_record(prefix, id)
    return parse_record(call('HGET', prefix .. 'comments', id))
end

-- The orders of src/domain/ranking.hpp, in the same fixed point.
local function rounded(number)
    return math.floor(number + 0.5)
end

local function best(likes, dislikes)
    if likes == 0 then return 0 end
    local z = 1.2816
    local n = likes + dislikes
    local share = likes / n
    local spread_of = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return rounded(1e9 * ((share + z * z / (2 * n) - spread_of) / (1 + z * z / n)))
end

local function controversial(likes, dislikes)
    local small, large = math.min(likes, dislikes), math.max(likes, dislikes)
    return large == 0 and 0 or rounded(1e3 * ((small + large) * (small / large)))
end

local RANKS = {
    created = function(record) return record.created end,
    replies = function(record) return record.replies end,
    liked = function(_, likes, dislikes) return likes - dislikes end,
    best = function(_, likes, dislikes) return best(likes, dislikes) end,
    controversial = function(_, likes, dislikes) return controversial(likes, dislikes) end,
}
local ORDERS = { 'created', 'replies', 'liked', 'best', 'controversial' }
local ORDERS_OF_REACTIONS = { 'liked', 'best', 'controversial' }

local function shelf_of(record)
    local shown = record.state == VISIBLE or (record.top and record.replies > 0)
    return shown and 'shown:' or 'hidden:'
end

local function rank(prefix, id, record, orders, likes, dislikes)
    local shelf = prefix .. shelf_of(record) .. 'top:'
    for _, order in ipairs(orders) do
        call('ZADD', shelf .. order, RANKS[order](record, likes, dislikes), id)
    end
end

local function put_on_shelf(prefix, id, record)
    if record.top then return rank(prefix, id, record, ORDERS, reactions_of(prefix, id)) end
    call('ZADD', prefix .. shelf_of(record) .. 'replies:' .. record.root, record.created, id)
end

local function take_from_shelf(prefix, id, record)
    local shelf = prefix .. shelf_of(record)
    if not record.top then return call('ZREM', shelf .. 'replies:' .. record.root, id) end
    for _, order in ipairs(ORDERS) do
        call('ZREM', shelf .. 'top:' .. order, id)
    end
end

-- After votes on a comment. Those on comments that do not exist are votes all the same.
local function rank_by_reactions(prefix, id, tally)
    local record = read_record(prefix, id)
    if not record or not record.top then return end
    rank(prefix, id, record, ORDERS_OF_REACTIONS, tally.counts[1] or 0, tally.counts[2] or 0)
end

local function write_record(prefix, id, before, after)
    if before then take_from_shelf(prefix, id, before) end
    put_on_shelf(prefix, id, after)
    call('HSET', prefix .. 'comments', id, pack_record(after))
end

local function count_reply(prefix, root, delta)
    local before = read_record(prefix, root)
    local after = read_record(prefix, root)
    after.replies = after.replies + delta
    write_record(prefix, root, before, after)
end

-- Where the comment is listed by state, for moderators.
local function list_by_state(prefix, id, before, after)
    if before then call('ZREM', prefix .. 'state:' .. before.state, id) end
    call('ZADD', prefix .. 'state:' .. after.state, after.created, id)
end

-- Reported comments are listed until a moderator decides or the author takes theirs back; an edit
-- changes nothing about it. `event` is the packed one, whose type stands behind the comment's id.
local function list_reported(prefix, member, event, created)
    local type = event:byte(14)
    if type == EVENT_REPORTED then
        call('ZADD', prefix .. 'reported', created, member)
    elseif type ~= EVENT_POSTED and type ~= EVENT_EDITED then
        call('ZREM', prefix .. 'reported', member)
    end
end

local function parse_append(blob, at)
    local change, record = {}, {}
    local top, delta
    change.id, record.root, top, change.version_before, record.version, record.state, record.created,
        change.public, delta, change.at, at = parse('<c13c13BI4I4BdBBd', blob, at)
    record.body, change.event, change.key, at = parse('<I4c0I4c0Bc0', blob, at)
    if change.key ~= '' then
        change.user, change.fingerprint, at = parse('<Bc0c8', blob, at)
    end
    record.top = top == 1
    change.delta = delta - 1 -- -1, 0 or +1 travels as 0, 1 or 2
    change.after = record
    return change, at
end

local function check_append(prefix, change, known)
    if not call('HGET', prefix .. 'thread', 'version') then return ERROR.thread_not_found end
    if (known and known.version or 0) ~= change.version_before then return ERROR.version_conflict end
    local root = change.after.root
    if root ~= change.id and call('HEXISTS', prefix .. 'comments', root) == 0 then
        return ERROR.comment_not_found
    end
    return DONE
end

-- Gives the event its places: in the thread's public stream, if it is public, and among all events of
-- the thread, which are kept in the outbox until the site's stream has them. There an event has a number
-- and that of the one before it. Numbers are microseconds of the clock, so that one which Redis has lost
-- is not given again; below 2^53 until the year 2255.
local function log_event(prefix, change, known)
    local offset = 0
    if change.public == 1 then
        offset = call('HINCRBY', prefix .. 'thread', 'offset', 1)
        call('XADD', prefix .. 'log', 'MAXLEN', '~', LIMITS.stream_events, offset .. '-0', 'e', change.event)
    end
    local before = read_number(prefix .. 'thread', 'seq')
    local seq = math.max(before + 1, now_us())
    call('HSET', prefix .. 'thread', 'seq', string.format('%d', seq))
    local state_before = known and known.state or NEW
    local entry = pack(OUTBOX_HEAD, before, offset, state_before, change.after.state, change.after.created)
        .. change.event
    call('XADD', prefix .. 'outbox', string.format('%d-0', seq), 'e', entry)
    return offset, seq, entry
end

local function apply_append(batch, change, known)
    local prefix, after = batch.prefix, change.after
    after.replies = known and known.replies or 0 -- the store's own, not the command's
    write_record(prefix, change.id, known, after)
    list_by_state(prefix, change.id, known, after)
    list_reported(prefix, change.id, change.event, after.created)
    if change.delta ~= 0 then
        call('HINCRBY', prefix .. 'thread', 'comments', change.delta)
        if after.root ~= change.id then count_reply(prefix, after.root, change.delta) end
    end
    local offset, seq, entry = log_event(prefix, change, known)
    local likes, dislikes = reactions_of(prefix, change.id)
    local counts = pack_counts(prefix)
    batch.events[#batch.events + 1] = pack('<BI8I8I4c0', EVENT_LOG, offset, seq, #change.event, change.event)
        .. pack('<I4c0I8I8', RECORD_HEAD_BYTES + #after.body, pack_record(after), likes, dislikes) .. counts
    return offset, pack('<I2I8I8I4c0', DONE, offset, seq, #entry, entry)
        .. pack('<I4I8I8', after.replies, likes, dislikes) .. counts
end

-- What an append with that key was answered: REPEATED and the answer, or key_reused; nil when it is free.
local function answer_of_append(kept, fingerprint, now)
    local first = first_answer(kept, fingerprint, now, COMMENT_ANSWER)
    if first == false then return pack('<I2', ERROR.key_reused) end
    return first and pack('<I2', REPEATED) .. first
end

-- Of an append that the server refuses now: the answer that its key got before, or DONE alone.
local function recall_append(batch, blob, at)
    local key, user, fingerprint, now
    key, user, fingerprint, now, at = parse('<Bc0Bc0c8d', blob, at)
    local kept = call('GET', answer_key(batch.prefix, user, key))
    return answer_of_append(kept, fingerprint, now) or pack('<I2', DONE), at
end

-- Answers DONE, offset, number and entry of the outbox, replies, likes, dislikes and the thread's counts;
-- or REPEATED with the first comment's id, offset, state and version.
local function append(batch, blob, at)
    local prefix = batch.prefix
    local change
    change, at = parse_append(blob, at)
    local key = change.key ~= '' and answer_key(prefix, change.user, change.key)
    if key then
        local first = answer_of_append(call('GET', key), change.fingerprint, change.at)
        if first then return first, at end
    end
    local known = read_record(prefix, change.id)
    local code = check_append(prefix, change, known)
    if code ~= DONE then return pack('<I2', code), at end
    local offset, reply = apply_append(batch, change, known)
    if key then
        local answer = pack('<c13I8BI4', change.id, offset, change.after.state, change.after.version)
        keep_answer(key, change.fingerprint, change.at, COMMENT_ANSWER, answer)
    end
    return reply, at
end
