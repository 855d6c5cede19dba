using System.Globalization;
using Pipeline.Storage;

// A process to be killed: commits to the state file in args[0] from several tasks, beginning with number args[1], and names
// each commit on standard output once it has returned. Commit n puts the record n, adds n to a set and counts one up.
const int Tasks = 16;

var store = new SqliteStateStore(args[0]);
var next = int.Parse(args[1], CultureInfo.InvariantCulture) - 1;
var output = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
await Task.WhenAll(Enumerable.Range(0, Tasks).Select(_ => Task.Run(CommitAsync)));

async Task CommitAsync()
{
    while (true)
    {
        var n = Interlocked.Increment(ref next).ToString(CultureInfo.InvariantCulture);
        var transaction = new StateTransaction()
            .Expect(new StateKey("numbers", n), 0)
            .Put(new StateKey("numbers", n), new byte[2000])
            .AddToSet(new StateKey("numbers", "all"), n)
            .Increment(new StateKey("numbers", "count"), 1);
        if (!await store.TryCommitAsync(transaction, CancellationToken.None))
        {
            throw new InvalidOperationException($"{n} was committed before.");
        }

        output.WriteLine(n);
    }
}
