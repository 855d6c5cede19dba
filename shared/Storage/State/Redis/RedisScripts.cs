using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Storage;

/// <summary>A Lua script with the hash by which EVALSHA calls it.</summary>
internal sealed class RedisScript(string source)
{
    public string Source { get; } = source;

    // SHA-1 is how Redis names scripts; nothing is secured by it.
#pragma warning disable CA5350
    public string Hash { get; } = Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(source)));
#pragma warning restore CA5350
}

/// <summary>The scripts of <see cref="RedisStateStore"/>.</summary>
internal static class RedisScripts
{
    /// <summary>Codes of the conditions in the commit script's arguments.</summary>
    public const string VersionCode = "V", FewerCode = "F";

    /// <summary>Codes of the changes in the commit script's arguments.</summary>
    public const string PutCode = "P", DeleteCode = "D", AddMemberCode = "S", RemoveMemberCode = "s",
        AddScoredCode = "Z", RemoveScoredCode = "z", IncrementCode = "I", ResetCode = "R";

    /// <summary>
    /// KEYS: version clock, marker of this transaction, then every key that is touched.
    /// ARGV: how long to remember the marker (ms; 0: not at all), number of conditions, per condition (code, key, number), then
    /// the changes, each a code with its arguments; keys are given as indices into KEYS.
    /// Answers 1 if applied, 0 if a condition does not hold. If this transaction was applied before, it answers 1 and prolongs the
    /// marker: that is a write, behind which the first time's writes reach the replicas.
    /// A record is stored as its version in decimal, a line feed, the value.
    /// </summary>
    public static readonly RedisScript Commit = new($$"""
        local remember = tonumber(ARGV[1])
        if remember > 0 and redis.call('PEXPIRE', KEYS[2], ARGV[1]) == 1 then return 1 end
        local a = 3
        for _ = 1, tonumber(ARGV[2]) do
            local key = KEYS[tonumber(ARGV[a + 1])]
            if ARGV[a] == '{{FewerCode}}' then
                if redis.call('ZCARD', key) >= tonumber(ARGV[a + 2]) then return 0 end
            elseif (string.match(redis.call('GETRANGE', key, 0, 20), '^(%d+)\n') or '0') ~= ARGV[a + 2] then
                return 0
            end
            a = a + 3
        end
        while ARGV[a] do
            local code, key = ARGV[a], KEYS[tonumber(ARGV[a + 1])]
            if code == '{{PutCode}}' then
                local version = string.format('%.0f', redis.call('INCR', KEYS[1]))
                redis.call('SET', key, version .. '\n' .. ARGV[a + 4])
                redis.call('ZADD', KEYS[tonumber(ARGV[a + 2])], 0, ARGV[a + 3])
                a = a + 5
            elseif code == '{{DeleteCode}}' then
                redis.call('DEL', key)
                redis.call('ZREM', KEYS[tonumber(ARGV[a + 2])], ARGV[a + 3])
                a = a + 4
            elseif code == '{{AddMemberCode}}' then
                redis.call('SADD', key, ARGV[a + 2])
                a = a + 3
            elseif code == '{{RemoveMemberCode}}' then
                redis.call('SREM', key, ARGV[a + 2])
                a = a + 3
            elseif code == '{{AddScoredCode}}' then
                redis.call('ZADD', key, ARGV[a + 3], ARGV[a + 2])
                local keep = tonumber(ARGV[a + 4])
                if keep > 0 then redis.call('ZREMRANGEBYRANK', key, 0, -keep - 1) end
                a = a + 5
            elseif code == '{{RemoveScoredCode}}' then
                redis.call('ZREM', key, ARGV[a + 2])
                a = a + 3
            elseif code == '{{IncrementCode}}' then
                redis.call('INCRBY', key, ARGV[a + 2])
                a = a + 3
            elseif code == '{{ResetCode}}' then
                redis.call('DEL', key)
                a = a + 2
            end
        end
        if remember > 0 then redis.call('SET', KEYS[2], '1', 'PX', ARGV[1]) end
        return 1
        """);

    /// <summary>
    /// KEYS: a sorted set. ARGV: 1 for descending, limit, score and member of the place after which to begin (or nothing).
    /// Answers member, score, member, score, …
    /// The place need not be a member any more: among the members of its score it is found by bisection. Bytes are compared
    /// one by one because Lua's own comparison of strings follows the server's locale.
    /// </summary>
    public static readonly RedisScript Range = new("""
        local key, descending, limit = KEYS[1], ARGV[1] == '1', tonumber(ARGV[2])
        local function precedes(x, y)
            for i = 1, math.min(#x, #y) do
                local b, c = string.byte(x, i), string.byte(y, i)
                if b ~= c then return b < c end
            end
            return #x < #y
        end
        local command = descending and 'ZREVRANGE' or 'ZRANGE'
        local from = 0
        if ARGV[3] then
            local score, member = ARGV[3], ARGV[4]
            local ties = redis.call('ZCOUNT', key, score, score)
            from = descending and redis.call('ZCOUNT', key, '(' .. score, '+inf') or redis.call('ZCOUNT', key, '-inf', '(' .. score)
            local low, high = from, from + ties
            while low < high do
                local middle = math.floor((low + high) / 2)
                local other = redis.call(command, key, middle, middle)[1]
                local behind
                if descending then behind = precedes(other, member) else behind = precedes(member, other) end
                if behind then high = middle else low = middle + 1 end
            end
            from = low
        end
        return redis.call(command, key, from, from + limit - 1, 'WITHSCORES')
        """);

    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    // 17 digits: enough for every double to come back as it was.
    public static string Number(double value) => value.ToString("G17", CultureInfo.InvariantCulture);
}
