-- Who views a thread, by node: a number and the time when the node said so. One that has said nothing
-- for the time to live is dead, and so are its viewers.

local function now_ms()
    return math.floor(now_us() / 1000)
end

-- The living nodes and their numbers, { node, viewers } each, and the names of the dead.
local function living(key, now, ttl)
    local nodes, dead = {}, {}
    local kept = call('HGETALL', key)
    for i = 1, #kept, 2 do
        local viewers, at = kept[i + 1]:match('^(%d+) (%d+)$')
        if tonumber(at) + ttl > now then
            nodes[#nodes + 1] = { kept[i], tonumber(viewers) }
        else
            dead[#dead + 1] = kept[i]
        end
    end
    return nodes, dead
end

local function pack_living(nodes)
    local parts = { pack('<BI2', EVENT_VIEWERS, #nodes) }
    for _, said in ipairs(nodes) do
        parts[#parts + 1] = pack('<Bc0I4', #said[1], said[1], said[2])
    end
    return table.concat(parts)
end

-- How many view a thread through other nodes than `node`.
local function viewers_elsewhere(prefix, node, ttl)
    local sum = 0
    for _, said in ipairs((living(prefix .. 'viewers', now_ms(), ttl))) do
        if said[1] ~= node then sum = sum + said[2] end
    end
    return sum
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
    local nodes, dead = living(key, now, ttl)
    local all = pack_living(nodes)
    if #dead > 0 then call('HDEL', key, unpack(dead)) end
    call('PEXPIRE', key, ttl)
    if tonumber(before) ~= viewers or #dead > 0 then
        tell(prefix .. 'events', node, all)
    end
    return all
end

-- KEYS: the thread's hash. ARGV: the time to live.
local function viewers_of(keys, args)
    return pack_living((living(prefix_of(keys[1]) .. 'viewers', now_ms(), tonumber(args[1]))))
end

register('vp_set_viewers', set_viewers, {})
register_read('vp_viewers', viewers_of)
