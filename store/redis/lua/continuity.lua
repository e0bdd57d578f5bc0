-- What a node puts right when Redis has come back with less than it had told.

-- A new epoch, unless another node has set one since. KEYS: the epoch's key. ARGV: the epoch that was
-- found (empty: none), the new one. Answers the epoch that holds from now on.
local function begin_epoch(keys, args)
    local known = call('GET', keys[1]) or ''
    if known == args[1] then
        call('SET', keys[1], args[2])
        return args[2]
    end
    return known
end

-- Versions of tallies never go back, and never say the same of other counts: readers drop what is not newer.
-- KEYS: the thread's hash. ARGV: boxes, and of each the newest version that was told and is not of this
-- history. From here on it counts as one that was before; the counts stay what the ballots say.
local function raise_tallies(keys, args)
    local prefix, step = prefix_of(keys[1]), {}
    for i = 1, #args, 2 do
        local tally, told = tally_to_write(prefix, args[i], step), tonumber(args[i + 1])
        if tally.version <= told then
            tally.version, tally.lineage = told + 1, lineage_here()
        end
        tally.before = math.max(tally.before, told)
        keep_tally(prefix, args[i], tally)
    end
    return 1
end

-- Counters are nobody's ballots: the totals that were known hold. KEYS: the thread's hash. ARGV: the
-- least value of view, heart and clap.
local function raise_counters(keys, args)
    if not call('HGET', keys[1], 'version') then return 0 end
    for i, kind in ipairs({ 'view', 'heart', 'clap' }) do
        if read_number(keys[1], kind) < tonumber(args[i]) then call('HSET', keys[1], kind, args[i]) end
    end
    return 1
end

-- The thread's next event gets a number above what was told, also of a server whose clock is behind: one at
-- or below would pass for an event that moderators have had. KEYS: the thread's hash. ARGV: the number.
local function raise_seq(keys, args)
    if read_number(keys[1], 'seq') < tonumber(args[1]) then call('HSET', keys[1], 'seq', args[1]) end
    return 1
end

-- As mark_of() in codec.cpp: comment and type, and the time, which an event ends with.
local function mark_of(event)
    return event:sub(1, ID_BYTES + 1) .. event:sub(-8)
end

-- Whether a stream's entry at that offset is the event with that mark: 1 also where trimming has taken it.
-- `event_in` finds the event in an entry.
local function has_event(key, offset, mark, event_in)
    if mark == '' then return 1 end
    local id = string.format('%d-0', offset)
    local entry = call('XRANGE', key, id, id)[1]
    if entry then return mark_of(event_in(entry[2][2])) == mark and 1 or 0 end
    local first = call('XRANGE', key, '-', '+', 'COUNT', 1)[1]
    return first and tonumber(first[1]:match('^%d+')) > tonumber(offset) and 1 or 0
end

-- What a node compares with what it knows. KEYS: the thread's hash. ARGV: the offset and the mark of the
-- newest public event it knows, a comment, boxes. Answers the stream's offset, the number of the newest
-- event, whether the stream has the one that was named, the comment's version, the counters, and of each
-- box its tally's version, lineage and the version before that lineage.
local function standing(keys, args)
    local prefix = prefix_of(keys[1])
    local kept = call('HMGET', keys[1], 'offset', 'seq', 'view', 'heart', 'clap')
    for i = 1, 5 do
        kept[i] = tonumber(kept[i] or 0)
    end
    local same = has_event(prefix .. 'log', args[1], args[2], function(entry) return entry end)
    local comment = read_record(prefix, args[3])
    local version = comment and comment.version or 0
    local out = { pack('<I8I8I8I8I8I8I8', kept[1], kept[2], same, version, kept[3], kept[4], kept[5]) }
    for i = 4, #args do
        local tally = read_tally(prefix, args[i])
        out[#out + 1] = pack('<I8I8I8', tally.version, tally.lineage, tally.before)
    end
    return table.concat(out)
end

-- The same of the site's stream. KEYS: the site's log. ARGV: the offset and the mark of the newest event
-- that the node knows. Answers the newest offset and whether the stream has that event.
local function site_standing(keys, args)
    local same = has_event(keys[1], args[1], args[2], function(record)
        local _, _, at = parse('<I8Bc0', record)
        return record:sub(at)
    end)
    return pack('<I8I8', newest_of(keys[1]), same)
end

register('vp_begin_epoch', begin_epoch, {})
register('vp_raise_tallies', raise_tallies, {})
register('vp_raise_counters', raise_counters, {})
register('vp_raise_seq', raise_seq, {})
register_read('vp_standing', standing)
register_read('vp_site_standing', site_standing)
