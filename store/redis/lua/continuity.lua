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

-- Versions of tallies never go back: readers drop an older one. KEYS: the thread's hash. ARGV: box and
-- least version of each. The counts stay what the ballots say.
local function raise_tallies(keys, args)
    local prefix = prefix_of(keys[1])
    for i = 1, #args, 2 do
        local tally = read_tally(prefix, args[i])
        if tally.version < tonumber(args[i + 1]) then
            tally.version = tonumber(args[i + 1])
            write_tally(prefix, args[i], tally)
        end
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

-- What a node compares with what it knows. KEYS: the thread's hash. ARGV: boxes. Answers the stream's
-- offset, the counters, and the boxes' versions.
local function standing(keys, args)
    local prefix = prefix_of(keys[1])
    local kept = call('HMGET', keys[1], 'offset', 'view', 'heart', 'clap')
    local out = {}
    for i = 1, 4 do
        out[i] = pack('<I8', tonumber(kept[i] or 0))
    end
    for _, box in ipairs(args) do
        out[#out + 1] = pack('<I8', read_tally(prefix, box).version)
    end
    return table.concat(out)
end

register('vp_begin_epoch', begin_epoch, {})
register('vp_raise_tallies', raise_tallies, {})
register('vp_raise_counters', raise_counters, {})
register_read('vp_standing', standing)
