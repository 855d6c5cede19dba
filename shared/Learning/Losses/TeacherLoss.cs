namespace Pipeline.Learning.Losses;

/// <summary>
/// A student's two teachers (Chen, thesis ch. 7): what the specialist f_s makes of images, what the present head f~ makes of the inputs that
/// stand for its old images.
/// </summary>
internal static class TeacherLoss
{
    /// <summary>Twice the mean over images of ‖f − f_s‖²; 0 where a batch has none.</summary>
    public static string Specialist(LossInputs x)
    {
        string distances = x.Math.RowDistances(x.Features, x.Specialist ?? throw new ArgumentException("There is no second teacher.", nameof(x)));
        return x.Math.Scale(x.Synthesised is null ? x.Math.Mean(distances) : x.MeanOverRows(distances, x.Real), 2);
    }

    /// <summary>Twice the mean over synthesised inputs of ‖f − f~‖²; 0 where a batch has none.</summary>
    public static string Rehearsal(LossInputs x) => x.Math.Scale(
        x.MeanOverRows(x.Math.RowDistances(x.Features, x.Teacher), x.Synthesised ?? throw new ArgumentException("No input is synthesised.", nameof(x))), 2);
}
