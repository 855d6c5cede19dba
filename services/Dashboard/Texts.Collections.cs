using System.Globalization;
using Pipeline.Catalog;
using Pipeline.Contracts.Queries;
using Pipeline.Dashboard.Live;

namespace Pipeline.Dashboard;

internal static partial class Texts
{
    /// <summary>Texts of the pages of collections.</summary>
    public static class Collections
    {
        public const string Title = "Collections";
        public const string Serving = "What serves";
        public const string Changes = "Changes and settings";
        public const string Nothing = "nothing";
        public const string Bits = "Bits";
        public const string Map = "mAP on held-out images";
        public const string Took = "Training took";
        public const string Create = "A new collection";
        public const string CreateOne = "Create";
        public const string NewName = "Name";
        public const string NameRule = "1 to 63 of a-z 0-9 - _, beginning with a letter or digit.";
        public const string BadName = "This is no name of a collection: " + NameRule;
        public const string Danger = "Delete this collection";
        public const string DangerNote = "Deletes all of its images, features, codes and models that nobody else uses, for good. It is gone at once to everybody.";
        public const string Confirm = "Type its name to confirm";
        public const string Delete = "Delete for good";
        public const string Rebuilt = "Latest rebuild";
        public const string SettingsHead = "Settings of its own";
        public const string NoSettings = "None: everything is as the services are configured.";
        public const string Overview = "Overview";
        public const string Images = "Images";
        public const string One = "Collection";
        public const string Back = "All collections";
        public const string Gone = "There is no such collection.";
        public const string Empty = "There is no collection yet.";
        public const string Name = "Collection";
        public const string Indexed = "Indexed";
        public const string Processing = "Processing";
        public const string Rejected = "Rejected";
        public const string Created = "Created (UTC)";
        public const string Generation = "Generation";
        public const string Model = "Model";
        public const string Backbone = "Backbone";
        public const string Encoder = "Hash encoder (bits)";
        public const string Vocabulary = "Vocabulary";
        public const string Next = "Being filled";
        public const string Kept = "Kept to go back to";
        public const string Generations = "Generations";
        public const string State = "State";
        public const string Begun = "Begun (UTC)";
        public const string Served = "Served since (UTC)";
        public const string Verification = "Verification";
        public const string Reason = "Reason";
        public const string Actions = "Actions";
        public const string Lineage = "Lineage of the model";
        public const string NoGenerations = "The first generation serves; there was no other yet.";
        public const string NoLineage = "No image was indexed yet.";
        public const string Updates = "Updates of the model";
        public const string NoUpdates = "The model was not updated yet.";
        public const string Encoders = "Trainings of hash encoders";
        public const string Vocabularies = "Trainings of vocabularies";
        public const string NoTrainings = "There was none yet.";
        public const string Method = "Method";
        public const string Artifact = "Artifact";
        public const string PhaseHead = "Phase";
        public const string Steps = "Steps";
        public const string Learned = "Learned from";
        public const string HeldOut = "Held-out pairs, reciprocal rank";
        public const string KnownPairs = "Known pairs, recall at 1";
        public const string CrossModel = "New features against old ones, recall at 1";
        public const string Why = "Why not";

        public static string IsDeleted(string name) => $"{name} is being deleted. Its name is free when nothing of it is left.";

        public static string RebuildOf(CollectionRebuild? rebuild) => rebuild switch
        {
            null => "never",
            { IsBegun: false } => "asked for, not begun yet",
            _ => string.Create(
                CultureInfo.InvariantCulture,
                $"{(rebuild.Finished ? $"done at {FigureText.DateAndTime(rebuild.AdvancedAt)}" : $"{100.0 * rebuild.Shard / CollectionRebuilds.Shards:0} %")}: {rebuild.Found.Images:N0} images found, {rebuild.Found.Restored:N0} restored, {rebuild.Found.Reindexed:N0} indexed again, {rebuild.Found.Damaged:N0} damaged"),
        };

        public static string Status(ImageStatus status) => status.ToString();

        public static string Coverage(Generation? next, GenerationProgress? progress) => (next, progress) switch
        {
            (null, _) => "none",
            (_, null) => $"generation {next.Number}, not looked at yet",
            (_, { IsVerifying: true }) => $"generation {next.Number}, being verified",
            _ => string.Create(CultureInfo.InvariantCulture, $"generation {next.Number}: {progress.Ready:N0} of {progress.Images:N0} images, ")
                + (progress.SecondsLeft is { } left ? $"{FigureText.Duration(left)} left" : "time left unknown"),
        };

        public static string Figures(GenerationFigures? figures) => figures switch
        {
            null => Unknown,
            { Fault: { } fault } => fault,
            _ => string.Create(CultureInfo.InvariantCulture, $"{figures.Points:N0} points, recall {figures.Recall:0.000} of {figures.Canaries:N0} canaries, {figures.Mended:N0} mended"),
        };

        public static string Verdict(ModelUpdate update) => update switch
        {
            { State: not TrainingState.Done } => "",
            { Promoted: true } => "· accepted",
            _ => "· rejected",
        };

        public static string Data(ModelUpdateData data) => string.Create(
            CultureInfo.InvariantCulture, $"{data.Learned:N0} pairs of {data.Images:N0} images, {data.HeldOut:N0} held out, {data.Steps:N0} steps");

        public static string Change(double before, double after) =>
            string.Create(CultureInfo.InvariantCulture, $"{before:0.000} → {after:0.000}");

        public static string Curve(string term, IReadOnlyList<float> values) =>
            string.Create(CultureInfo.InvariantCulture, $"{term}: {values[0]:0.###} → {values[^1]:0.###}");

        public static string Phase(string phase) => phase switch
        {
            "specialist" => "specialist (learns freely)",
            "synthesis" => "synthesis (of inputs to rehearse)",
            "training" => "training (of the head that is judged)",
            _ => phase,
        };

        public static string Phases(IEnumerable<string> phases, bool isOpen) => string.Join(" → ", phases.Select(Phase)) + (isOpen ? " …" : "");

        public static string LossesOf(string phase) => $"Losses, {phase}";

        public static string InUse(string method) => $"in use before: {method}";

        public static string Group(string group) => group switch
        {
            "generation" => "Generation",
            "model" => "Model",
            "learning" => "Learn",
            _ => "Repair",
        };

        public static string Action(string action) => action switch
        {
            "re-index" => "Re-index",
            "cancel-re-index" => "Cancel the re-index",
            "roll-back" => "Roll back",
            "update-model" => "Update the model",
            "roll-back-model" => "Roll the model back",
            "train-encoder" => "Train hash encoders",
            "train-vocabulary" => "Train a vocabulary",
            "embed" => "Embed all images anew",
            "repair-neighbours" => "Repair neighbours",
            "rebuild" => "Rebuild from the blobs",
            _ => action,
        };

        public static string Done(string code) => code switch
        {
            "not-confirmed" => "Not deleted: the name that was typed is not that of the collection.",
            "model-changing" => "A model is about to serve the collection; an update can begin after that.",
            RefusalReasons.NoReindex => "There is nothing to re-index, or no re-index to cancel.",
            RefusalReasons.ReindexUnderWay => "Another generation is being filled; a re-index can begin after that.",
            RefusalReasons.NoPreviousGeneration => "No generation is kept to go back to.",
            "no-previous-model" => "There is no model to go back to.",
            _ => $"Asked for: {Action(code).ToLowerInvariant()}.",
        };
    }
}
