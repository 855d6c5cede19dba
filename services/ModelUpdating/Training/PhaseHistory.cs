using Pipeline.Catalog;
using Pipeline.Learning;

namespace Pipeline.ModelUpdating.Training;

/// <summary>The losses of an update, phase after phase.</summary>
public sealed class PhaseHistory
{
    private readonly List<PhaseLosses> _past;
    private string _phase;
    private LossHistory _losses;

    /// <summary>Goes on with what an earlier attempt noted.</summary>
    /// <param name="before">How far it came; null if there was none.</param>
    /// <param name="first">The step that comes first now: what was noted from there on is noted again.</param>
    public PhaseHistory(ModelUpdateProgress? before, UpdateStep first)
    {
        ArgumentNullException.ThrowIfNull(first);
        PhaseLosses[] noted = before is null ? [] : [.. before.Past, new PhaseLosses(before.Phase, before.Curve)];
        _past = [.. noted.TakeWhile(phase => phase.Phase != first.Phase)];
        _phase = first.Phase;
        _losses = LossHistory.From(_past.Count < noted.Length ? noted[_past.Count].Curve : null, first.PhaseStep);
    }

    /// <summary>Notes a step.</summary>
    public void Add(UpdateStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        if (step.Phase != _phase)
        {
            _past.Add(new PhaseLosses(_phase, _losses.ToCurve()));
            (_phase, _losses) = (step.Phase, new LossHistory());
        }

        _losses.Add(step.PhaseStep, step.Losses);
    }

    /// <summary>How far the update is after the step that was noted last.</summary>
    public ModelUpdateProgress ToProgress(UpdateStep last)
    {
        ArgumentNullException.ThrowIfNull(last);
        return new ModelUpdateProgress(last.Step, last.Steps, _losses.ToCurve()) { Phase = _phase, Past = [.. _past] };
    }
}
