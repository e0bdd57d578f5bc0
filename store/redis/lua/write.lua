-- The one function that changes a thread: a batch of commands in one atomic step, with everything that
-- follows from them, and the news of it for the other nodes.

local COMMANDS = { choose, append, put_thread, put_poll, add_counts, recall_append }

-- A batch that was sent before, because its reply was lost, gets its first reply. A node numbers its
-- batches, ascending, and each of those under way to a thread has a slot where its reply is kept. One
-- that comes late, after newer ones, is refused: what its senders did meanwhile must not be undone.
local function recall(key, number, slot)
    local last, kept = unpack(call('HMGET', key, 'last', slot))
    if not last or number > tonumber(last) then return nil end
    if kept and parse('<I8', kept) == number then return kept:sub(9) end
    return redis.error_reply('STALE this batch comes after a newer one')
end

local function remember(key, number, slot, reply)
    call('HSET', key, 'last', number, slot, pack('<I8', number) .. reply)
    call('PEXPIRE', key, LIMITS.batch_ttl_ms)
end

local function publish(batch, node)
    for _, event in pairs(batch.boxes) do
        batch.events[#batch.events + 1] = event
    end
    batch.events[#batch.events + 1] = batch.counters
    if #batch.events == 0 then return end
    -- Of all tallies among them, and last: nodes of a version that does not know it read no further.
    batch.events[#batch.events + 1] = pack('<BI4', EVENT_LINEAGE, lineage or 0)
    tell(batch.prefix .. 'events', node, table.concat(batch.events))
end

-- What a batch changes is told in the end. A user who may not is refused before anything is written.
local function refuse_untold(prefix, node)
    local realm = realm_of(node)
    local channel = realm .. prefix .. 'events'
    if redis.acl_check_cmd('SPUBLISH', channel, '') then return nil end
    local needs = ': its ACL needs &' .. realm .. 'vp:* and +spublish'
    return redis.error_reply('NOPERM this user may not publish on ' .. channel .. needs)
end

-- KEYS: the thread's hash. ARGV: the node, its number of this batch, the slot, the commands. Answers each
-- command, then the lineage of the tallies that moved.
local function write(keys, args)
    local prefix = prefix_of(keys[1])
    local node, number, slot, blob = args[1], tonumber(args[2]), args[3], args[4]
    local refused = refuse_untold(prefix, node)
    if refused then return refused end
    local batch_key = prefix .. 'batch:' .. node
    local first = recall(batch_key, number, slot)
    if first then return first end

    local batch = { prefix = prefix, events = {}, boxes = {} }
    local replies = {}
    local at = 1
    while at <= #blob do
        replies[#replies + 1], at = COMMANDS[blob:byte(at)](batch, blob, at + 1)
    end
    publish(batch, node)
    replies[#replies + 1] = pack('<I4', lineage or 0)
    local reply = table.concat(replies)
    remember(batch_key, number, slot, reply)
    return reply
end

-- Which thread a poll or a comment belongs to: the first one that claims it. KEYS: the index key. ARGV: the
-- thread. Answers the one it belongs to.
local function claim(keys, args)
    return call('SET', keys[1], args[1], 'NX', 'GET') or args[1]
end

register('vp_write', write, {})
register('vp_claim', claim, {})
register_read('vp_version', function() return VERSION end)
