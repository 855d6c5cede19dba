namespace Pipeline.Tests.Evaluation.Updating;

/// <summary>Figures after one step of a run. Old classes are those of the first half; new ones all that came since.</summary>
/// <param name="Step">1 for the first new classes.</param>
/// <param name="OldRecallAt1">Recall at 1 of held-out queries of old classes against the collection so far.</param>
/// <param name="OldMap">Their mAP.</param>
/// <param name="NewRecallAt1">Recall at 1 of held-out queries of the classes that came since.</param>
/// <param name="NewMap">Their mAP.</param>
/// <param name="CrossModelRecallAt1">New features of all queries seen so far against the collection's features of the model before this step.</param>
internal sealed record StepFigures(int Step, double OldRecallAt1, double OldMap, double NewRecallAt1, double NewMap, double CrossModelRecallAt1);

/// <summary>A method's way through the new classes.</summary>
/// <param name="Method">Its name.</param>
/// <param name="Steps">In how many portions the new classes came.</param>
/// <param name="Seed">The seed, which also draws the order of classes and the held-out pictures.</param>
/// <param name="OldRecallAt1">After the last step.</param>
/// <param name="NewRecallAt1">After the last step.</param>
/// <param name="OldMap">After the last step.</param>
/// <param name="NewMap">After the last step.</param>
/// <param name="MeanRecallAt1">Over all classes, after the last step.</param>
/// <param name="Forgetting">Recall at 1 of old classes under the head before the first step less that after the last, both against all classes' pictures.</param>
/// <param name="CrossModelRecallAt1">After the last step.</param>
/// <param name="Alone">Among held-out pictures alone, each against the others: recall at 1 of old and of new classes after the last step, and the forgetting.</param>
/// <param name="Curve">Step by step.</param>
internal sealed record IncrementalRun(
    string Method,
    int Steps,
    int Seed,
    double OldRecallAt1,
    double NewRecallAt1,
    double OldMap,
    double NewMap,
    double MeanRecallAt1,
    double Forgetting,
    double CrossModelRecallAt1,
    HeldOutAlone Alone,
    IReadOnlyList<StepFigures> Curve);

/// <summary>Recall at 1 among held-out pictures alone.</summary>
internal sealed record HeldOutAlone(double OldRecallAt1, double NewRecallAt1, double Forgetting);

/// <summary>What the evaluation of incremental learning found.</summary>
internal sealed record IncrementalReport(IReadOnlyList<IncrementalRun> Runs);
