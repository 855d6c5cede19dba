using Pipeline.Imaging;
using Pipeline.Sift;
using Xunit;
using Xunit.Abstractions;

namespace Pipeline.Tests.Unit.Sift;

/// <summary>
/// The defaults of the verifier on real photographs. PIPELINE_DATA names a folder with <c>ukbench/</c>, each with
/// <c>groundtruth.tsv</c> (file, group) and <c>images/</c>; without it there is nothing to measure.
/// </summary>
public sealed class PhotographVerificationTests(ITestOutputHelper output)
{
    private const string Folder = "ukbench";
    private const int Groups = 20;

    [PhotographFact(Folder)]
    public void Pairs_of_one_object_verify_and_others_do_not()
    {
        var root = Path.Combine(PhotographFactAttribute.Root!, Folder);
        var options = new SiftOptions();
        var decoder = new ImageDecoder(new ImagingOptions());
        var extractor = new SiftExtractor(options);
        var verifier = new GeometricVerifier(options);
        var images = File.ReadLines(Path.Combine(root, "groundtruth.tsv")).Skip(1).Select(l => l.Split('\t')).Take(Groups * 4).Select(fields =>
        {
            using var gray = decoder.DecodeGray(File.ReadAllBytes(Path.Combine(root, "images", fields[0])), options.MaxSide);
            return (Group: fields[1], Features: extractor.Extract(gray.Pixels, gray.Width, gray.Height));
        }).ToArray();

        int positives = 0, recalled = 0, negatives = 0, wrong = 0;
        for (var i = 0; i < images.Length; i++)
        {
            for (var j = i + 1; j < images.Length; j++)
            {
                var same = images[i].Group == images[j].Group;
                if (!same && (i + j) % 3 != 0)
                {
                    continue;
                }

                var verified = verifier.Verify(images[i].Features, images[j].Features).Verified;
                positives += same ? 1 : 0;
                recalled += same && verified ? 1 : 0;
                negatives += same ? 0 : 1;
                wrong += !same && verified ? 1 : 0;
            }
        }

        output.WriteLine($"{Folder}: recall {recalled}/{positives}, false positives {wrong}/{negatives}");
        Assert.True(wrong <= negatives / 1000, $"{wrong} of {negatives} unrelated pairs were verified");
        Assert.True(recalled >= 0.8 * positives, $"{recalled} of {positives} pairs were verified");
    }
}
