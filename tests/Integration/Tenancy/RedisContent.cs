using System.Globalization;
using StackExchange.Redis;

namespace Pipeline.Tests.Integration.Tenancy;

/// <summary>Everything that is in a Redis, as text.</summary>
internal sealed class RedisContent(string connectionString) : IAsyncDisposable
{
    private readonly ConnectionMultiplexer _redis = ConnectionMultiplexer.Connect(connectionString);

    /// <summary>Each key that begins with a prefix, with its value, or with each of its members.</summary>
    public async IAsyncEnumerable<string> ReadAsync(string prefix)
    {
        var database = _redis.GetDatabase();
        var server = _redis.GetServer(_redis.GetEndPoints()[0]);
        foreach (var key in server.Keys(database.Database, prefix + "*", pageSize: 1000).ToArray())
        {
            var name = key.ToString()[prefix.Length..];
            switch (await database.KeyTypeAsync(key))
            {
                case RedisType.String:
                    yield return $"{name} {await database.StringGetAsync(key)}";
                    break;
                case RedisType.Set:
                    foreach (var member in await database.SetMembersAsync(key))
                    {
                        yield return $"{name} {member}";
                    }

                    break;
                case RedisType.SortedSet:
                    foreach (var member in await database.SortedSetRangeByRankWithScoresAsync(key))
                    {
                        yield return string.Create(CultureInfo.InvariantCulture, $"{name} {member.Element} {member.Score}");
                    }

                    break;
                case RedisType.None:
                    break; // its time ended since it was listed
                case var other:
                    throw new NotSupportedException($"{name} is a {other}.");
            }
        }
    }

    public async ValueTask DisposeAsync() => await _redis.CloseAsync();
}
