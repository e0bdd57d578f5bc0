-- Ballots: runs of votes into one box. The ballots of a run are read with one command and written with
-- one, and the tally once: this is the path of a hundred thousand votes a second.

local POLL, REACTION = 1, 3
local NOT_OPEN, OPEN, CLOSED = 0, 1, 2
local FINAL, CHANGEABLE = 0, 1
local BALLOT_ANSWER = 'C'

local function size_of(set)
    local size = 0
    while set > 0 do
        local bit = set % 2
        size = size + bit
        set = (set - bit) / 2
    end
    return size
end

-- Never below nothing: where ballots are more than their tally has (it was lost, and is still to be counted),
-- it must stay a number. batch_reply.cpp does the same.
local function add_options(counts, set, by)
    local option = 1
    while set > 0 do
        local bit = set % 2
        while #counts < option do
            counts[#counts + 1] = 0
        end
        counts[option] = math.max(counts[option] + by * bit, 0)
        set = (set - bit) / 2
        option = option + 1
    end
end

local function move(tally, before, after)
    add_options(tally.counts, before, -1)
    add_options(tally.counts, after, 1)
    tally.voters = math.max(tally.voters - (before > 0 and 1 or 0), 0) + (after > 0 and 1 or 0)
    tally.version = tally.version + 1
end

-- What all ballots of a box give, into a tally that counts nothing yet.
local function count_into(tally, ballots_key)
    for _, set in ipairs(call('HVALS', ballots_key)) do
        add_options(tally.counts, tonumber(set), 1)
        tally.voters = tally.voters + 1
    end
end

-- The tally of a box that is about to be written. Where it is lost, and it alone, the ballots say what it was;
-- unless there are too many to be counted while everybody waits. `step` is a table of the caller's, for all
-- boxes of one call: how many ballots it has counted.
local function tally_to_write(prefix, box, step)
    local packed = call('HGET', prefix .. 'tally', box)
    local tally, ballots_key = parse_tally(packed), prefix .. 'ballots:' .. box
    local ballots = packed and 0 or call('HLEN', ballots_key)
    local counted = (step.counted or 0) + ballots
    if ballots > 0 and counted <= LIMITS.ballots_at_once then
        step.counted = counted
        count_into(tally, ballots_key)
    end
    return tally
end

-- domain::admit(), rule by rule.
local function admit(rules, before, wanted, at)
    if rules.refusal then return rules.refusal end
    if rules.gate == NOT_OPEN then return ERROR.poll_not_open end
    if rules.gate == CLOSED or at > rules.closes_at then return ERROR.poll_closed end
    if before == wanted then return DONE end
    if wanted == 0 then
        if rules.policy == FINAL then return ERROR.ballot_final end
        return rules.policy == CHANGEABLE and ERROR.retract_not_allowed or DONE
    end
    if wanted >= 2 ^ rules.options then return ERROR.invalid_choice end
    local size = size_of(wanted)
    if size < rules.min or size > rules.max then return ERROR.invalid_choice end
    if before > 0 and rules.policy == FINAL then return ERROR.ballot_final end
    return DONE
end

-- A poll's definition begins with what the rules need of it.
local POLL_HEAD = '<I4I4BBBBBdI2'

local function parse_poll(packed)
    local poll = {}
    local at
    poll.version, poll.round, poll.gate, poll.options, poll.min, poll.max, poll.policy, poll.closes_at,
        poll.place, at = parse(POLL_HEAD, packed)
    poll.choices, at = parse('<I4c0', packed, at)
    poll.body = packed:sub(at)
    return poll
end

local function rules_of_poll(prefix, id, round)
    local packed = call('HGET', prefix .. 'polls', id)
    if not packed then return { refusal = ERROR.poll_not_found } end
    local poll = parse_poll(packed)
    if poll.round ~= round then return { refusal = ERROR.poll_closed } end
    return poll
end

-- The votes of a run, as arrays.
local function parse_votes(prefix, blob, at, n)
    local votes = { voters = {}, wanted = {}, times = {}, answer_keys = {}, fingerprints = {}, keyed = {} }
    local key, user
    for i = 1, n do
        votes.wanted[i], votes.times[i], votes.voters[i], key, at = parse('<I8dBc0Bc0', blob, at)
        if key ~= '' then
            user, votes.fingerprints[i], at = parse('<Bc0c8', blob, at)
            votes.answer_keys[i] = answer_key(prefix, user, key)
            votes.keyed[#votes.keyed + 1] = votes.answer_keys[i]
        end
    end
    return votes, at
end

-- What the voters hold, by voter.
local function read_ballots(key, voters)
    local held = {}
    local values = call('HMGET', key, unpack(voters))
    for i, voter in ipairs(voters) do
        held[voter] = tonumber(values[i] or 0)
    end
    return held
end

local function read_answers(keyed)
    local answers = {}
    if #keyed == 0 then return answers end
    local values = call('MGET', unpack(keyed))
    for i, key in ipairs(keyed) do
        answers[key] = values[i]
    end
    return answers
end

local function write_ballots(key, voters, held, moved)
    local put, gone = {}, {}
    for _, voter in ipairs(voters) do
        if moved[voter] then
            moved[voter] = nil
            if held[voter] > 0 then
                put[#put + 1] = voter
                put[#put + 1] = held[voter]
            else
                gone[#gone + 1] = voter
            end
        end
    end
    if #put > 0 then call('HSET', key, unpack(put)) end
    if #gone > 0 then call('HDEL', key, unpack(gone)) end
end

-- Puts the votes into `held` and `tally`; gives what each is answered, and who moved.
local function cast(votes, rules, held, tally)
    local answers = read_answers(votes.keyed)
    local replies, moved, accepted = {}, {}, {}
    for i, voter in ipairs(votes.voters) do
        local before, after, now, key = held[voter], votes.wanted[i], votes.times[i], votes.answer_keys[i]
        local first = key and first_answer(answers[key], votes.fingerprints[i], now, BALLOT_ANSWER)
        if first == false then
            replies[i] = pack('<I2', ERROR.key_reused)
        elseif first then
            replies[i] = pack('<I2', REPEATED) .. first
        else
            local code = admit(rules, before, after, now)
            if code ~= DONE then
                replies[i] = pack('<I2', code)
            else
                local reply = accepted[before]
                if not reply then
                    reply = pack('<I2I4', DONE, before)
                    accepted[before] = reply
                end
                replies[i] = reply
                if before ~= after then
                    move(tally, before, after)
                    held[voter] = after
                    moved[voter] = true
                end
                if key then
                    local answer = pack('<I8I8', before, after)
                    answers[key] = keep_answer(key, votes.fingerprints[i], now, BALLOT_ANSWER, answer)
                end
            end
        end
    end
    return replies, moved
end

-- A run of votes. Answers the tally before it, then each vote: a code, and what the voter held (after
-- DONE), or held and chose the first time (after REPEATED).
local function choose(batch, blob, at)
    local prefix = batch.prefix
    local box, kind, subject, round, options, min, max, policy, n
    box, kind, subject, round, options, min, max, policy, n, at = parse('<Bc0BBc0I4BBBBI2', blob, at)
    local votes
    votes, at = parse_votes(prefix, blob, at, n)
    local rules = { gate = OPEN, closes_at = math.huge, options = options, min = min, max = max, policy = policy }
    if kind == POLL then rules = rules_of_poll(prefix, subject, round) end

    local ballots_key = prefix .. 'ballots:' .. box
    local held = read_ballots(ballots_key, votes.voters)
    local tally = tally_to_write(prefix, box, batch)
    local version = tally.version
    local tally_before = pack_tally(tally)
    local replies, moved = cast(votes, rules, held, tally)
    if tally.version ~= version then
        write_ballots(ballots_key, votes.voters, held, moved)
        write_tally(prefix, box, tally, version)
        if kind == REACTION then rank_by_reactions(prefix, subject, tally) end
        batch.boxes[box] = pack('<BBBc0I4', EVENT_BOX, kind, #subject, subject, round) .. pack_tally(tally)
    end
    return tally_before .. table.concat(replies), at
end
