-- Who views a thread, by node: a number and the time when the node said so. One that has said nothing
-- for the time to live is dead, and so are its viewers.

local function now_ms()
    return math.floor(now_us() / 1000)
end

-- The living nodes' numbers, packed, and whether some were dropped or may be.
local function living(key, now, ttl)
    local nodes, dead = {}, {}
    local kept = call('HGETALL', key)
    for i = 1, #kept, 2 do
        local viewers, at = kept[i + 1]:match('^(%d+) (%d+)$')
        if tonumber(at) + ttl > now then
            nodes[#nodes + 1] = pack('<Bc0I4', #kept[i], kept[i], tonumber(viewers))
        else
            dead[#dead + 1] = kept[i]
        end
    end
    return pack('<BI2', EVENT_VIEWERS, #nodes) .. table.concat(nodes), dead
end

-- KEYS: the thread's hash. ARGV: the node, its viewers, the time to live. Answers what all nodes say, and tells it to them
-- when it is something new.
local function set_viewers(keys, args)
    local prefix = prefix_of(keys[1])
    local key = prefix .. 'viewers'
    local node, viewers, ttl, now = args[1], tonumber(args[2]), tonumber(args[3]), now_ms()
    local before = (call('HGET', key, node) or '0 0'):match('^%d+')
    if viewers > 0 then
        call('HSET', key, node, string.format('%d %d', viewers, now))
    else
        call('HDEL', key, node)
    end
    local all, dead = living(key, now, ttl)
    if #dead > 0 then call('HDEL', key, unpack(dead)) end
    call('PEXPIRE', key, ttl)
    if tonumber(before) ~= viewers or #dead > 0 then
        tell(prefix .. 'events', node, all)
    end
    return all
end

-- KEYS: the thread's hash. ARGV: the time to live.
local function viewers_of(keys, args)
    return (living(prefix_of(keys[1]) .. 'viewers', now_ms(), tonumber(args[1])))
end

register('vp_set_viewers', set_viewers, {})
register_read('vp_viewers', viewers_of)
