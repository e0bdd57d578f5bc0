-- What all functions of the library share: names, packing, tallies, answers to repeated commands.
--
-- Every key of a thread begins with the same prefix, "vp:{THREAD}:", and so does its channel: they share
-- a hash tag, so a function may derive them from the one key it is given. Numbers are little-endian and
-- at most 2^53; ids are strings. docs/REDIS.md has every key.

-- While the library is loaded there is nothing of Lua's own and of Redis but the registering of functions:
-- register() sets these before a function's first line.
local call, pack, parse

-- While a Cluster moves a slot, a key of it that is not there (any more) is an error, also in the middle
-- of a function. So whatever writes asks first for a key that is never there: nothing has happened yet.
local function refuse_while_moving(key)
    local tag = key:match('{[^}]+}')
    if tag then call('EXISTS', 'vp:' .. tag .. ':moving') end
end

local function register(name, callback, flags)
    local writes = #flags == 0
    redis.register_function({
        function_name = name .. '_' .. VERSION,
        flags = flags,
        callback = function(keys, args)
            call, pack, parse = redis.call, struct.pack, struct.unpack
            if writes then refuse_while_moving(keys[1]) end
            return callback(keys, args)
        end,
    })
end

-- One that may also run where nothing may be written.
local function register_read(name, callback)
    register(name, callback, { 'no-writes' })
end

-- Of a comment's id, as it stands in front of an event.
local ID_BYTES = 13

-- The codes of src/base/error.hpp that a function can answer; DONE and REPEATED are not errors.
local DONE, REPEATED = 0, 1
local ERROR = {
    limit_exceeded = 106,
    bad_request = 107,
    thread_not_found = 400,
    poll_not_found = 401,
    comment_not_found = 402,
    poll_closed = 403,
    poll_not_open = 404,
    invalid_choice = 405,
    ballot_final = 406,
    retract_not_allowed = 407,
    version_conflict = 409,
    options_locked = 412,
    key_reused = 413,
    already_exists = 414,
}

-- What a batch changed, as told to the other nodes: each begins with one of these.
local EVENT_BOX, EVENT_LOG, EVENT_COUNTERS, EVENT_THREAD, EVENT_POLL, EVENT_VIEWERS = 1, 2, 3, 4, 5, 6
local EVENT_LINEAGE = 8 -- 7 is of an epoch, which a node tells

-- "vp:{THREAD}:", of the thread's hash, which every function of a thread is given.
local function prefix_of(thread_key)
    return thread_key:sub(1, -#'thread' - 1)
end

local function thread_of(prefix)
    return prefix:sub(#'vp:{' + 1, -#'}:' - 1)
end

-- Tells the nodes that listen. Channels know nothing of databases: where a node's name begins with the
-- number of its database ("3:…"), so does the channel's.
local function realm_of(node)
    return node:match('^%d+:') or ''
end

local function tell(channel, node, news)
    call('SPUBLISH', realm_of(node) .. channel, pack('<Bc0', #node, node) .. news)
end

local function read_number(key, field)
    return tonumber(call('HGET', key, field) or 0)
end

local function now_us()
    local time = call('TIME')
    return time[1] * 1000000 + time[2]
end

-- What is there must have the version that a command was decided on; zero means that nothing is there.
local function check_version(version, version_before)
    if version > 0 and version_before == 0 then return ERROR.already_exists end
    if version ~= version_before then return ERROR.version_conflict end
    return DONE
end

-- In which history of this server's data tallies are written: this copy of the library, named by when it
-- first wrote one. A server that starts again, or that takes over what another one has and so loses what it
-- had itself, loads the library anew; a replica has a copy of its own, which writes when it is promoted.
local lineage
local function lineage_here()
    lineage = lineage or now_us() % (2 ^ 32 - 1) + 1
    return lineage
end

-- A tally: version, voters, and the counts of the options as far as they were ever chosen. Behind them is
-- kept its lineage: the one that it was written in last, and the version it had before that. So all versions
-- above `before` are of this lineage. It is not there in what is told, where one is told for all tallies, and
-- in what a library wrote that knew of none.
local NO_TALLY = '\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'

local function parse_tally(packed)
    local tally = { version = 0, voters = 0, counts = {}, lineage = 0, before = 0 }
    local options, at
    tally.version, tally.voters, options, at = parse('<I8I8B', packed or NO_TALLY)
    for option = 1, options do
        tally.counts[option], at = parse('<I8', packed, at)
    end
    if packed and at <= #packed then tally.lineage, tally.before = parse('<I4I8', packed, at) end
    return tally
end

local function read_tally(prefix, box)
    return parse_tally(call('HGET', prefix .. 'tally', box))
end

local function pack_tally(tally)
    local parts = { pack('<I8I8B', tally.version, tally.voters, #tally.counts) }
    for _, count in ipairs(tally.counts) do
        parts[#parts + 1] = pack('<I8', count)
    end
    return table.concat(parts)
end

local function keep_tally(prefix, box, tally)
    call('HSET', prefix .. 'tally', box, pack_tally(tally) .. pack('<I4I8', tally.lineage, tally.before))
end

-- One that has moved on from `version_before`.
local function write_tally(prefix, box, tally, version_before)
    if tally.lineage ~= lineage_here() then
        tally.lineage, tally.before = lineage, version_before
    end
    keep_tally(prefix, box, tally)
end

-- Likes and dislikes of a comment.
local function reactions_of(prefix, comment)
    local counts = read_tally(prefix, 'reaction/' .. comment .. '/1').counts
    return counts[1] or 0, counts[2] or 0
end

-- Visible comments, saves (with their tally's version) and counters of a thread, packed.
local function pack_counts(prefix)
    local kept = call('HMGET', prefix .. 'thread', 'comments', 'view', 'heart', 'clap')
    for i = 1, 4 do
        kept[i] = tonumber(kept[i] or 0)
    end
    local saves = read_tally(prefix, 'save/' .. thread_of(prefix) .. '/1')
    return pack('<I8I8I8I8I8I8', kept[1], saves.voters, saves.version, kept[2], kept[3], kept[4])
end

-- Idempotency. An answer is kept as the command's fingerprint (8 bytes), the time of the command, and
-- what was answered, which begins with the kind of the command.
local function answer_key(prefix, user, key)
    return prefix .. 'answer:' .. user .. ' ' .. key
end

-- What was answered first to this key: nil when the key is free, false when another command used it.
local function first_answer(kept, fingerprint, now, kind)
    if not kept then return nil end
    local earlier, at = parse('<c8d', kept)
    if at + LIMITS.idempotency_ttl_ms < now then return nil end
    if earlier ~= fingerprint or kept:sub(17, 17) ~= kind then return false end
    return kept:sub(18)
end

local function keep_answer(key, fingerprint, now, kind, answer)
    local kept = pack('<c8d', fingerprint, now) .. kind .. answer
    call('SET', key, kept, 'PX', LIMITS.idempotency_ttl_ms)
    return kept
end
