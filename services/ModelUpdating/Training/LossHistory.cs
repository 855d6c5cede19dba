using Pipeline.Catalog;

namespace Pipeline.ModelUpdating.Training;

/// <summary>
/// The losses of a training: every so many steps one point, the mean of those steps, and twice as many whenever the points become too many.
/// </summary>
public sealed class LossHistory
{
    private readonly List<int> _steps = [];
    private readonly SortedDictionary<string, List<float>> _terms = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> _sums = new(StringComparer.Ordinal);
    private int _stride = 1;
    private int _summed;

    /// <summary>Goes on with what an earlier attempt noted.</summary>
    /// <param name="before">Its curve; null for none.</param>
    /// <param name="step">The step that comes first now: what was noted from there on is noted again.</param>
    public static LossHistory From(LossCurve? before, int step)
    {
        var history = new LossHistory();
        var count = before?.Steps.TakeWhile(noted => noted < step).Count() ?? 0;
        if (before is null || count == 0)
        {
            return history;
        }

        history._steps.AddRange(before.Steps.Take(count));
        foreach (var (name, values) in before.Terms)
        {
            history._terms[name] = [.. values.Take(count)];
        }

        // The first point comes after as many steps as every other.
        history._stride = Math.Max(1, history._steps[0]);
        return history;
    }

    /// <summary>Notes a step.</summary>
    public void Add(int step, IReadOnlyDictionary<string, float> losses)
    {
        ArgumentNullException.ThrowIfNull(losses);
        foreach (var (name, value) in losses)
        {
            _sums[name] = _sums.GetValueOrDefault(name) + value;
        }

        _summed++;
        if (_steps.Count == LossCurve.MaxPoints && step % _stride == 0)
        {
            Halve();
        }

        if (step % _stride != 0)
        {
            return;
        }

        _steps.Add(step);
        foreach (var (name, sum) in _sums)
        {
            (_terms.TryGetValue(name, out var values) ? values : _terms[name] = []).Add((float)(sum / _summed));
        }

        _sums.Clear();
        _summed = 0;
    }

    /// <summary>The curve so far.</summary>
    public LossCurve ToCurve() => new([.. _steps], _terms.ToDictionary(term => term.Key, term => (IReadOnlyList<float>)[.. term.Value]));

    /// <summary>Two points become one.</summary>
    private void Halve()
    {
        _stride *= 2;
        var pairs = _steps.Count / 2;
        foreach (var values in _terms.Values)
        {
            for (var i = 0; i < pairs; i++)
            {
                values[i] = (values[2 * i] + values[(2 * i) + 1]) / 2;
            }

            values.RemoveRange(pairs, values.Count - pairs);
        }

        for (var i = 0; i < pairs; i++)
        {
            _steps[i] = _steps[(2 * i) + 1];
        }

        _steps.RemoveRange(pairs, _steps.Count - pairs);
    }
}
