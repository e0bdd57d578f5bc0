-- Pages of comments. A page begins after a cursor, which is a rank and an id, so that what arrives
-- meanwhile shifts nothing; and it is read by place in a sorted set, found by bisection, so that many
-- equal ranks (a thousand comments without a vote) cost nothing.

-- A list is a sorted set and the way to go through it. Members begin with an id, and ids of one rank
-- are ordered as the set is, because base 32 sorts as its numbers do.
local DESCENDING = {
    range = 'ZREVRANGE',
    ahead = function(key, rank) return call('ZCOUNT', key, '(' .. rank, '+inf') end,
    is_after = function(member, id) return member < id end,
    comes_before = function(a, b)
        if a.rank ~= b.rank then return a.rank > b.rank end
        return a.member > b.member
    end,
}
local ASCENDING = {
    range = 'ZRANGE',
    ahead = function(key, rank) return call('ZCOUNT', key, '-inf', '(' .. rank) end,
    is_after = function(member, id) return member > id end,
    comes_before = function(a, b)
        if a.rank ~= b.rank then return a.rank < b.rank end
        return a.member < b.member
    end,
}

-- How many members of `key` do not come after (rank, id).
local function place_after(key, way, rank, id)
    local low = way.ahead(key, rank)
    local high = low + call('ZCOUNT', key, rank, rank)
    while low < high do
        local middle = math.floor((low + high) / 2)
        local member = call(way.range, key, middle, middle)[1]
        if way.is_after(member:sub(1, ID_BYTES), id) then
            high = middle
        else
            low = middle + 1
        end
    end
    return low
end

-- The first `limit` members after the cursor (rank '' : from the beginning), as { member, rank }.
local function list(key, way, rank, id, limit)
    local from = rank == '' and 0 or place_after(key, way, rank, id)
    local found = call(way.range, key, from, from + limit - 1, 'WITHSCORES')
    local out = {}
    for i = 1, #found, 2 do
        out[#out + 1] = { member = found[i], rank = tonumber(found[i + 1]) }
    end
    return out
end

-- The first `limit` of several sorted sets together.
local function list_all(keys, way, rank, id, limit)
    local merged = {}
    for _, key in ipairs(keys) do
        for _, one in ipairs(list(key, way, rank, id, limit)) do
            merged[#merged + 1] = one
        end
    end
    if #keys > 1 then table.sort(merged, way.comes_before) end
    for i = #merged, limit + 1, -1 do
        merged[i] = nil
    end
    return merged
end

local function shelves(prefix, name, staff)
    return staff and { prefix .. 'shown:' .. name, prefix .. 'hidden:' .. name } or { prefix .. 'shown:' .. name }
end

-- A list cut to `limit` (it was read with one to spare), with the rank that its successor continues from.
local function cut(listed, limit)
    if #listed <= limit then return pack('<B', 0) end
    listed[#listed] = nil
    return pack('<Bi8', 1, listed[#listed].rank)
end

local function add_comments(prefix, out, listed)
    for _, one in ipairs(listed) do
        local id = one.member:sub(1, ID_BYTES)
        out[#out + 1] = pack_comment(prefix, id, call('HGET', prefix .. 'comments', id))
    end
end

-- A page of top-level comments, each with its first replies, or of a root's replies. ARGV: the sorted
-- set ("top:best", "replies:ID"), 'up' or 'down', staff, rank, id, limit, replies. Answers the position,
-- whether and from which rank there is more, and the comments.
local function page(keys, args)
    local prefix = prefix_of(keys[1])
    local name, way, staff = args[1], args[2] == 'up' and ASCENDING or DESCENDING, args[3] == '1'
    local limit, inline = tonumber(args[6]), tonumber(args[7])
    local listed = list_all(shelves(prefix, name, staff), way, args[4], args[5], limit + 1)
    local more = cut(listed, limit)
    local out = {}
    for _, one in ipairs(listed) do
        add_comments(prefix, out, { one })
        if inline > 0 then
            add_comments(prefix, out, list_all(shelves(prefix, 'replies:' .. one.member, staff), ASCENDING, '', '', inline))
        end
    end
    return pack('<I8', position_of(prefix)) .. more .. pack('<I4', #out) .. table.concat(out)
end

-- The sorted sets of the states (a digit each), or that of what was reported.
local function list_keys(prefix, states)
    if states == 'reported' then return { prefix .. 'reported' } end
    local keys = {}
    for state in states:gmatch('%d') do
        keys[#keys + 1] = prefix .. 'state:' .. state
    end
    return keys
end

-- A thread's comments for moderators, newest first. ARGV: states or "reported", rank, id, limit.
local function moderation(keys, args)
    local prefix = prefix_of(keys[1])
    local limit = tonumber(args[4])
    local listed = list_all(list_keys(prefix, args[1]), DESCENDING, args[2], args[3], limit + 1)
    local more = cut(listed, limit)
    local out = {}
    add_comments(prefix, out, listed)
    return more .. pack('<I4', #out) .. table.concat(out)
end

register_read('vp_page', page)
register_read('vp_moderation', moderation)
