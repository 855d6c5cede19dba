namespace Pipeline.VectorIndex.Embedded;

/// <summary>Which node stands for which point, and which row holds it.</summary>
internal sealed partial class NeighbourLists
{
    /// <summary>Makes room for rows.</summary>
    /// <param name="rows">A multiple of <see cref="Rows.PerChunk"/>.</param>
    public void EnsureRows(int rows)
    {
        var before = _nodeOfRow.Length;
        if (rows > before)
        {
            var length = Math.Max(rows, before + (before / 4 / Rows.PerChunk * Rows.PerChunk));
            Array.Resize(ref _nodeOfRow, length);
            _nodeOfRow.AsSpan(before).Fill(-1);
            var floors = Floors;
            Array.Resize(ref floors, length);
            floors.AsSpan(before).Fill(float.PositiveInfinity);
            Floors = floors;
        }
    }

    /// <summary>A node for a new point.</summary>
    public int Add(Guid id)
    {
        if (!_free.TryPop(out var node))
        {
            node = _count++;
            EnsureNodes(_count);
        }

        _ids[node] = id;
        _rows[node] = -1;
        _states[node] = NodeState.Pending;
        _counts[node] = 0;
        _complete[node] = false;
        _revisions[node] = 0;
        _nodeOf.Add(id, node);
        return node;
    }

    /// <summary>Says that no row holds the node's point.</summary>
    public void Lift(int node)
    {
        if (_rows[node] >= 0)
        {
            _nodeOfRow[_rows[node]] = -1;
            Floors[_rows[node]] = float.PositiveInfinity;
            _rows[node] = -1;
        }
    }

    /// <summary>Says which row holds the node's point.</summary>
    public void Place(int node, int row)
    {
        _rows[node] = row;
        _nodeOfRow[row] = node;
        SetFloor(node);
    }

    private void EnsureNodes(int count)
    {
        if (count <= _ids.Length)
        {
            return;
        }

        var length = Math.Max(count, Math.Max(1024, _ids.Length + (_ids.Length / 2)));
        Array.Resize(ref _ids, length);
        Array.Resize(ref _rows, length);
        Array.Resize(ref _states, length);
        Array.Resize(ref _revisions, length);
        Array.Resize(ref _counts, length);
        Array.Resize(ref _complete, length);
        Array.Resize(ref _changed, length);
        Array.Resize(ref _neighbours, length * _capacity);
        Array.Resize(ref _scores, length * _capacity);
    }
}
