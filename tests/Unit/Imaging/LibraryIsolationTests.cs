using Microsoft.Data.Sqlite;
using Pipeline.Imaging;
using Xunit;

namespace Pipeline.Tests.Unit.Imaging;

/// <summary>
/// libvips loads every plug-in of its folder into the global name space. The one for microscope slides brings the system's
/// SQLite, whose functions would then stand in for those of the bundled one, and the process would die in its database.
/// </summary>
public sealed class LibraryIsolationTests
{
    [Fact]
    public void Decoding_pictures_brings_no_second_SQLite_into_the_process()
    {
        var picture = TestImages.Encoded(ImageFormat.Jpeg);
        Assert.Equal(ImageFormat.Jpeg, new ImageDecoder(new ImagingOptions()).ReadHeader(picture).Format);

        string[] mapped = [.. File.ReadLines("/proc/self/maps").Select(line => Path.GetFileName(line[(line.LastIndexOf(' ') + 1)..])).Distinct()];
        Assert.Contains(mapped, name => name.StartsWith("libvips.so", StringComparison.Ordinal));
        Assert.DoesNotContain(mapped, name => name.StartsWith("libsqlite3", StringComparison.Ordinal));
        Assert.DoesNotContain("vips-openslide.so", mapped);
        using var database = new SqliteConnection("Data Source=:memory:");
        database.Open();
        using var query = database.CreateCommand();
        query.CommandText = "SELECT json_extract('{\"a\": 42}', '$.a')";
        Assert.Equal(42L, query.ExecuteScalar());
    }
}
