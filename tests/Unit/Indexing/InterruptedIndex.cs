using System.Reflection;
using Pipeline.VectorIndex;

namespace Pipeline.Tests.Unit.Indexing;

/// <summary>An index whose next write of one kind waits until the test has done something else first.</summary>
public class InterruptedIndex : DispatchProxy
{
    private IVectorIndex _index = null!;
    private string _write = "";
    private Func<Task>? _first;

    /// <summary>Runs <paramref name="first"/> right before the first call of <paramref name="write"/>.</summary>
    public static IVectorIndex Create(IVectorIndex index, string write, Func<Task> first)
    {
        var proxy = Create<IVectorIndex, InterruptedIndex>();
        var interrupted = (InterruptedIndex)(object)proxy;
        (interrupted._index, interrupted._write, interrupted._first) = (index, write, first);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod!.Name == _write && Interlocked.Exchange(ref _first, null) is { } first
            ? AfterAsync(first, targetMethod, args)
            : targetMethod.Invoke(_index, args);

    private async Task AfterAsync(Func<Task> first, MethodInfo method, object?[]? args)
    {
        await first();
        await (Task)method.Invoke(_index, args)!;
    }
}
