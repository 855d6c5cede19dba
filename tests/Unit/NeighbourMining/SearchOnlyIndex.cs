using System.Reflection;
using Pipeline.VectorIndex;

namespace Pipeline.Tests.Unit.NeighbourMining;

/// <summary>An index that searches, and says that it keeps no neighbour graphs.</summary>
public class SearchOnlyIndex : DispatchProxy
{
    private IVectorIndex _index = null!;

    public static IVectorIndex Over(IVectorIndex index)
    {
        var proxy = Create<IVectorIndex, SearchOnlyIndex>();
        ((SearchOnlyIndex)(object)proxy)._index = index;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod!.Name == $"get_{nameof(IVectorIndex.NeighbourGraphs)}" ? null : targetMethod.Invoke(_index, args);
}
