-- `voxpop verify`: what is stored twice, both as of one moment, and how the second is made from the first
-- again.

-- What the ballots of a box give, with the version that the stored tally has.
local function count_ballots(prefix, box, stored)
    local counted = { version = stored.version, voters = 0, counts = {} }
    for option = 1, #stored.counts do
        counted.counts[option] = 0
    end
    count_into(counted, prefix .. 'ballots:' .. box)
    return counted
end

-- KEYS: the thread's hash. ARGV: the box. Answers the stored tally and the counted one. It holds Redis up
-- for as long as the counting takes, so it is for boxes that never stand still, and are not large.
local function count_box(keys, args)
    local prefix = prefix_of(keys[1])
    local stored = read_tally(prefix, args[1])
    return pack_tally(stored) .. pack_tally(count_ballots(prefix, args[1], stored))
end

-- The tally becomes what the ballots say. ARGV: as which node to tell of it, the box, its kind, subject and
-- round; of a large box also the tally as it was counted, which holds if its version is still the stored one.
-- Answers whether the two are the same now.
local function recount_box(keys, args)
    local prefix = prefix_of(keys[1])
    local node, box, kind, subject, round = args[1], args[2], tonumber(args[3]), args[4], tonumber(args[5])
    local stored = read_tally(prefix, box)
    local counted = args[6] and parse_tally(args[6]) or count_ballots(prefix, box, stored)
    if counted.version ~= stored.version then return 0 end
    if pack_tally(counted) == pack_tally(stored) then return 1 end
    counted.version, counted.lineage, counted.before = stored.version + 1, stored.lineage, stored.before
    write_tally(prefix, box, counted, stored.version)
    if kind == REACTION then rank_by_reactions(prefix, subject, counted) end
    local batch = { prefix = prefix, events = {}, boxes = {} }
    batch.boxes[box] = pack('<BBBc0I4', EVENT_BOX, kind, #subject, subject, round) .. pack_tally(counted)
    publish(batch, node)
    return 1
end

-- The thread's number of visible comments, and each root's of visible replies, become what the comments
-- say. KEYS: the thread's hash. Answers how many numbers changed.
local function recount_comments(keys)
    local prefix = prefix_of(keys[1])
    local replies, roots, visible, changed = {}, {}, 0, 0
    local kept = call('HGETALL', prefix .. 'comments')
    for i = 1, #kept, 2 do
        local record = parse_record(kept[i + 1])
        local counts = record.state == VISIBLE and 1 or 0
        visible = visible + counts
        if record.top then
            roots[kept[i]] = record
        else
            replies[record.root] = (replies[record.root] or 0) + counts
        end
    end
    for id, before in pairs(roots) do
        local counted = replies[id] or 0
        if before.replies ~= counted then
            local after = read_record(prefix, id)
            after.replies = counted
            write_record(prefix, id, before, after)
            changed = changed + 1
        end
    end
    if read_number(keys[1], 'comments') ~= visible then
        call('HSET', keys[1], 'comments', visible)
        changed = changed + 1
    end
    return changed
end

-- First and last number and length of a stream; zeros for an empty one.
local function extent_of(key)
    local first = call('XRANGE', key, '-', '+', 'COUNT', 1)[1]
    if not first then return pack('<I8I8I8', 0, 0, 0) end
    return pack('<I8I8I8', tonumber(first[1]:match('^%d+')), newest_of(key), call('XLEN', key))
end

-- KEYS: the thread's hash. Answers its offset, the extent of its stream, and that of its outbox.
local function streams(keys)
    local prefix = prefix_of(keys[1])
    return pack('<I8', position_of(prefix)) .. extent_of(prefix .. 'log') .. extent_of(prefix .. 'outbox')
end

-- KEYS: the thread's hash. ARGV: two numbers. Answers how many events of the outbox are above the first,
-- up to the second.
local function waiting(keys, args)
    local first, last = string.format('%d', tonumber(args[1]) + 1), args[2]
    if tonumber(last) < tonumber(first) then return 0 end
    return #call('XRANGE', prefix_of(keys[1]) .. 'outbox', first, last)
end

-- Lists of comments: those of each state, then the reported ones. The same names at a thread and a site.
local LISTS = { 'state:0', 'state:1', 'state:2', 'state:3', 'state:4', 'state:5', 'reported' }

-- For each member a bit for every list it is in, and its score.
local function lists_of(prefix, members)
    local out = {}
    for i, member in ipairs(members) do
        local bits, score = 0, ''
        for bit, list in ipairs(LISTS) do
            local there = call('ZSCORE', prefix .. list, member)
            if there then bits, score = bits + 2 ^ (bit - 1), there end
        end
        out[i] = pack('<BBc0', bits, #score, score)
    end
    return table.concat(out)
end

-- A comment of the site is in the lists of these bits, and in no other. KEYS: the site's log. ARGV: the
-- member, bits, the score.
local function relist_site(keys, args)
    local prefix, bits = site_prefix(keys[1]), tonumber(args[2])
    for bit, list in ipairs(LISTS) do
        if math.floor(bits / 2 ^ (bit - 1)) % 2 == 1 then
            call('ZADD', prefix .. list, args[3], args[1])
        else
            call('ZREM', prefix .. list, args[1])
        end
    end
    return 1
end

register_read('vp_lists', function(keys, args) return lists_of(prefix_of(keys[1]), args) end)
register_read('vp_site_lists', function(keys, args) return lists_of(site_prefix(keys[1]), args) end)
register('vp_site_relist', relist_site, {})
register_read('vp_count_box', count_box)
register_read('vp_waiting', waiting)
register_read('vp_streams', streams)
register_read('vp_site_extent', function(keys) return extent_of(keys[1]) end)
register('vp_recount_box', recount_box, {})
register('vp_recount_comments', recount_comments, {})
