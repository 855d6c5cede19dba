using System.Globalization;
using System.Text;
using Pipeline.Storage;
using Xunit;

namespace Pipeline.Tests.Storage;

/// <summary>The state store's contract in plain collections, with a generator of random transactions.</summary>
internal sealed class StateModel
{
    private const int Names = 6;

    private readonly Dictionary<string, string> _records = [];
    private readonly Dictionary<string, HashSet<string>> _sets = [];
    private readonly Dictionary<string, Dictionary<string, double>> _sorted = [];
    private readonly Dictionary<string, long> _counters = [];

    /// <summary>A transaction, already applied to the model if its conditions hold, and whether they do.</summary>
    public async Task<(StateTransaction Transaction, bool Expected)> NextAsync(Random random, Func<StateKey, Task<StateRecord?>> read)
    {
        var transaction = new StateTransaction();
        var holds = true;
        for (var conditions = random.Next(3); conditions > 0; conditions--)
        {
            var id = Name(random);
            var current = (await read(Key(id)))?.Version ?? 0;
            Assert.Equal(_records.ContainsKey(id), current > 0);
            var asked = random.Next(4) == 0 ? current + 1 : current;
            holds &= asked == current;
            transaction.Expect(Key(id), asked);
        }

        if (random.Next(4) == 0)
        {
            var (sorted, most) = (Name(random), random.Next(4));
            holds &= Ordered(sorted).Count < most;
            transaction.ExpectFewer(Key(sorted), most);
        }

        for (var changes = random.Next(1, 6); changes > 0; changes--)
        {
            var apply = Add(transaction, random);
            if (holds)
            {
                apply();
            }
        }

        return (transaction, holds);
    }

    public async Task AssertMatchesAsync(IStateStore store)
    {
        var stored = await store.ScanAsync("model", null, 1000, default);
        Assert.Equal(
            _records.OrderBy(r => r.Key, StringComparer.Ordinal),
            stored.Records.Select(e => KeyValuePair.Create(e.Id, Encoding.UTF8.GetString(e.Record.Value.Span))));
        for (var i = 0; i < Names; i++)
        {
            var id = $"n{i}";
            Assert.Equal(_sets.GetValueOrDefault(id, []).Order(StringComparer.Ordinal), await store.GetSetAsync(Key(id), default));
            Assert.Equal(Ordered(id), await store.RangeAsync(Key(id), new SortedRange(), default));
            Assert.Equal(Ordered(id).Count, await store.CountSortedAsync(Key(id), default));
            Assert.Equal(_counters.GetValueOrDefault(id), await store.GetCounterAsync(Key(id), default));
        }
    }

    private static StateKey Key(string id) => new("model", id);

    private static string Name(Random random) => string.Create(CultureInfo.InvariantCulture, $"n{random.Next(Names)}");

    private List<ScoredMember> Ordered(string id) => [.. _sorted.GetValueOrDefault(id, [])
        .Select(p => new ScoredMember(p.Key, p.Value)).OrderBy(m => m.Score).ThenBy(m => m.Member, StringComparer.Ordinal)];

    private Action Add(StateTransaction transaction, Random random)
    {
        var (id, member) = (Name(random), "m" + Name(random));
        switch (random.Next(8))
        {
            case 0:
                var value = $"{random.Next()}";
                transaction.Put(Key(id), Encoding.UTF8.GetBytes(value));
                return () => _records[id] = value;
            case 1:
                transaction.Delete(Key(id));
                return () => _records.Remove(id);
            case 2:
                transaction.AddToSet(Key(id), member);
                return () => (_sets.TryGetValue(id, out var set) ? set : _sets[id] = []).Add(member);
            case 3:
                transaction.RemoveFromSet(Key(id), member);
                return () => _sets.GetValueOrDefault(id)?.Remove(member);
            case 4:
                var score = random.Next(4) == 0 ? random.Next(3) : random.NextDouble() * 2 - 1;
                int? keep = random.Next(2) == 0 ? random.Next(1, 5) : null;
                transaction.AddToSorted(Key(id), member, score, keep);
                return () => AddScored(id, member, score, keep);
            case 5:
                transaction.RemoveFromSorted(Key(id), member);
                return () => _sorted.GetValueOrDefault(id)?.Remove(member);
            case 6:
                transaction.Reset(Key(id));
                return () => _counters.Remove(id);
            default:
                var by = random.NextInt64(-1000, 1000);
                transaction.Increment(Key(id), by);
                return () => _counters[id] = _counters.GetValueOrDefault(id) + by;
        }
    }

    private void AddScored(string id, string member, double score, int? keep)
    {
        var members = _sorted.TryGetValue(id, out var known) ? known : _sorted[id] = [];
        members[member] = score;
        if (keep is { } most)
        {
            foreach (var dropped in Ordered(id).SkipLast(most))
            {
                members.Remove(dropped.Member);
            }
        }
    }
}
