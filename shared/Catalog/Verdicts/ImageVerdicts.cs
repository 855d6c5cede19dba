using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Queries;

namespace Pipeline.Catalog;

/// <summary>
/// Notes what people say of pairs of images, in the records of both and in what a rebuild begins with. A verdict lives as long as both
/// images do. Every step may be repeated and may meet a deletion: nothing about an image that has gone stays with another.
/// </summary>
public sealed class ImageVerdicts(ImageCatalog images, ImageManifests manifests, ImageRestoration restoration)
{
    /// <summary>
    /// Why people cannot judge two images, of <see cref="RefusalReasons"/>; null if they can: both are there and of one tenant, and each has room for the other.
    /// Who asks for a verdict looks before he does, and the owner of the records when he notes it.
    /// </summary>
    /// <param name="first">An image's record; null where there is none.</param>
    /// <param name="second">Another's.</param>
    /// <param name="firstLife">The life that the verdict is about; null for the present one.</param>
    /// <param name="secondLife">The same of the other.</param>
    public static string? ObjectionTo(ImageRecord? first, ImageRecord? second, int? firstLife = null, int? secondLife = null)
    {
        if (first?.IsLive(firstLife ?? first.Incarnation) != true || second?.IsLive(secondLife ?? second.Incarnation) != true || first.Tenant != second.Tenant)
        {
            return RefusalReasons.UnknownImage;
        }

        return first.HasRoomFor(second.ImageId) && second.HasRoomFor(first.ImageId) ? null : RefusalReasons.TooManyVerdicts;
    }

    /// <summary>The command that notes a verdict on these lives of two images.</summary>
    public static JudgePair Judge(ImageRecord first, ImageRecord second, string verdict, string by, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        ArgumentNullException.ThrowIfNull(by);
        return new JudgePair
        {
            Collection = first.Collection,
            FirstId = first.ImageId,
            SecondId = second.ImageId,
            Verdict = verdict,
            By = by.Length <= PairVerdicts.LongestName ? by : by[..PairVerdicts.LongestName],
            At = at,
            FirstIncarnation = first.Incarnation,
            SecondIncarnation = second.Incarnation,
            CorrelationId = Guid.CreateVersion7(),
        };
    }

    /// <summary>Notes a verdict.</summary>
    /// <returns>What counts now, and the tenant; null where there is an objection (<see cref="ObjectionTo"/>).</returns>
    public async Task<JudgedPair?> JudgeAsync(JudgePair command, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(command);
        var records = await images.GetManyAsync(command.Collection, [command.FirstId, command.SecondId], ct);
        var objection = ObjectionTo(records[0], records[1], command.FirstIncarnation, command.SecondIncarnation);
        if (objection == RefusalReasons.UnknownImage)
        {
            // An earlier delivery may have come as far as one of the two.
            await ForgetAsync(command.Collection, command.FirstId, command.SecondId, command.SecondIncarnation, records[1], ct);
            await ForgetAsync(command.Collection, command.SecondId, command.FirstId, command.FirstIncarnation, records[0], ct);
            return null;
        }

        if (objection is not null || records is not [{ } first, { } second])
        {
            return null;
        }

        await NoteAsync(first, second, command, ct);
        await NoteAsync(second, first, command, ct);

        // Who is deleted meanwhile is looked for once more: its deletion may have passed the other before the verdict came there.
        var now = await images.GetManyAsync(command.Collection, [first.ImageId, second.ImageId], ct);
        if (now is not [{ } one, { } other] || !one.IsLive(first.Incarnation) || !other.IsLive(second.Incarnation))
        {
            await ForgetAsync(command.Collection, first.ImageId, second.ImageId, second.Incarnation, now[1], ct);
            await ForgetAsync(command.Collection, second.ImageId, first.ImageId, first.Incarnation, now[0], ct);
            return null;
        }

        await manifests.KeepAsync(one, ct);
        await manifests.KeepAsync(other, ct);
        return one.VerdictOn(other.ImageId) is { } counts ? new JudgedPair(one.Tenant, counts) : null;
    }

    /// <summary>Takes an image that is being deleted out of the memory of those that it was judged with.</summary>
    public async Task RemoveAsync(ImageRecord gone, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(gone);
        foreach (var verdict in gone.Verdicts)
        {
            if (await images.GetAsync(gone.Collection, verdict.OtherId, ct) is null
                && await restoration.ReadAsync(gone.Collection, verdict.OtherId, verdict.OtherIncarnation, ct) is { } manifest)
            {
                // The catalog has lost the other one, and a rebuild would bring it back as its manifest says.
                await restoration.RestoreAsync(manifest, ct);
            }

            await RemoveFromAsync(gone.Collection, verdict.OtherId, gone.ImageId, gone.Incarnation, ct);
        }
    }

    private Task<ImageRecord?> NoteAsync(ImageRecord image, ImageRecord other, JudgePair command, CancellationToken ct) => images.UpdateAsync(
        image.Collection,
        image.ImageId,
        record => record is not null && record.IsLive(image.Incarnation)
            ? record.With(new PairVerdict(other.ImageId, other.Incarnation, command.Verdict, command.By, command.At))
            : null,
        ct);

    private async Task ForgetAsync(string collection, Guid image, Guid other, int? incarnation, ImageRecord? found, CancellationToken ct)
    {
        if ((incarnation ?? found?.Incarnation) is { } life && found?.IsLive(life) != true)
        {
            await RemoveFromAsync(collection, image, other, life, ct);
        }
    }

    private async Task RemoveFromAsync(string collection, Guid image, Guid gone, int incarnation, CancellationToken ct)
    {
        if (await images.UpdateAsync(collection, image, record => record?.Without(gone, incarnation), ct) is { } left)
        {
            await manifests.KeepAsync(left, ct);
        }
    }
}

/// <summary>A pair with a verdict.</summary>
/// <param name="Tenant">The tenant of both images.</param>
/// <param name="Verdict">What counts.</param>
public sealed record JudgedPair(string Tenant, PairVerdict Verdict);
