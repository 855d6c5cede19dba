using System.Reflection;
using Pipeline.Storage;

namespace Pipeline.Tests.Unit.Catalog;

/// <summary>A state store whose process ends right after a number of commits.</summary>
public class InterruptedState : DispatchProxy
{
    private IStateStore _inner = null!;
    private int _commits;

    public static IStateStore Create(IStateStore inner, int commits)
    {
        var store = Create<IStateStore, InterruptedState>();
        ((InterruptedState)(object)store)._inner = inner;
        ((InterruptedState)(object)store)._commits = commits;
        return store;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var answer = targetMethod!.Invoke(_inner, args);
        return targetMethod.Name == nameof(IStateStore.TryCommitAsync) ? CommitAsync((Task<bool>)answer!) : answer;
    }

    private async Task<bool> CommitAsync(Task<bool> commit)
    {
        var committed = await commit;
        return Interlocked.Decrement(ref _commits) >= 0 ? committed : throw new IOException("The process ends here.");
    }
}
