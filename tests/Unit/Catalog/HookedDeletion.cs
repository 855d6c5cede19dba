using System.Reflection;
using Pipeline.Storage;

namespace Pipeline.Tests.Unit.Catalog;

/// <summary>A blob store of which only the deletion works, and that as the test wants it.</summary>
public class HookedDeletion : DispatchProxy
{
    private Func<Task<bool>> _delete = () => Task.FromResult(true);

    public static IBlobStore Create(Func<Task<bool>> delete)
    {
        var store = Create<IBlobStore, HookedDeletion>();
        ((HookedDeletion)(object)store)._delete = delete;
        return store;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod?.Name == nameof(IBlobStore.DeleteAsync) ? _delete() : throw new NotSupportedException(targetMethod?.Name);
}
