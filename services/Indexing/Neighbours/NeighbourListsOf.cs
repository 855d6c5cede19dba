using System.Runtime.InteropServices;
using Pipeline.Contracts.Queries;
using Pipeline.VectorIndex;

namespace Pipeline.Indexing.Neighbours;

/// <summary>Makes of an index's answer what travels: of the lists that name an image only who and where.</summary>
public static class NeighbourListsOf
{
    /// <summary>The lists that were asked for.</summary>
    public static NeighbourLists Answer(NeighbourAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var namings = new Dictionary<Guid, List<(Guid By, int Place)>>(answer.Lists.Count);
        foreach (var list in answer.Lists)
        {
            namings[list.Id] = [];
        }

        Note(namings, answer.Lists);
        Note(namings, answer.Reverse);
        return new NeighbourLists { Lists = [.. answer.Lists.Select(list => ToContract(list, namings[list.Id]))] };
    }

    private static void Note(Dictionary<Guid, List<(Guid By, int Place)>> namings, IReadOnlyList<NeighbourList> lists)
    {
        foreach (var list in lists)
        {
            for (var i = 0; i < list.Neighbours.Count; i++)
            {
                if (namings.TryGetValue(list.Neighbours[i].Id, out var known))
                {
                    known.Add((list.Id, i + 1));
                }
            }
        }
    }

    private static ImageNeighbours ToContract(NeighbourList list, List<(Guid By, int Place)> namings)
    {
        namings.Sort();
        var neighbours = new NearImage[list.Neighbours.Count];
        var back = new int[neighbours.Length];
        for (var i = 0; i < neighbours.Length; i++)
        {
            var near = list.Neighbours[i];
            neighbours[i] = new NearImage(near.Id, near.Score);
            foreach (var (by, place) in CollectionsMarshal.AsSpan(namings))
            {
                if (by == near.Id)
                {
                    back[i] = place;
                    break;
                }
            }
        }

        return new ImageNeighbours
        {
            ImageId = list.Id, Revision = list.Revision, Neighbours = neighbours, Back = back, NamedBy = [.. namings.Select(naming => naming.By)],
        };
    }
}
