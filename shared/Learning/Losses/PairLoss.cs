namespace Pipeline.Learning.Losses;

/// <summary>
/// The loss of complementary supervision mining for a pair: α‖f₁ − f₂‖² + ‖f₁ − f~₁‖² + ‖f₂ − f~₂‖² (Zhou et al., 2018). Its two parts are
/// separate terms. With free features it is least at f₁ = ((1 + α)f~₁ + αf~₂)/(1 + 2α).
/// </summary>
internal static class PairLoss
{
    /// <summary>The mean over pairs of ‖f₁ − f₂‖².</summary>
    public static string Similarity(LossInputs x) => x.MeanOverPairs(x.Math.SquaredDistances(x.Features, x.Features));

    /// <summary>
    /// Twice the mean over images of ‖f − f~‖², which for one pair is ‖f₁ − f~₁‖² + ‖f₂ − f~₂‖². Images without a pair are held, too;
    /// synthesised ones are not, whose term is <see cref="TeacherLoss.Rehearsal"/>.
    /// </summary>
    public static string Fidelity(LossInputs x)
    {
        string distances = x.Math.RowDistances(x.Features, x.Teacher);
        return x.Math.Scale(x.Synthesised is null ? x.Math.Mean(distances) : x.MeanOverRows(distances, x.Real), 2);
    }
}
