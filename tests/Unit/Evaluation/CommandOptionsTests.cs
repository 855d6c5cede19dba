using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Unit.Evaluation;

public sealed class CommandOptionsTests
{
    [Fact]
    public void Names_and_values_come_in_turns_and_what_is_not_said_is_as_the_command_has_it()
    {
        var given = new CommandOptions(["--data", "pictures", "--steps", "1,4"], "--data", "--steps", "--seeds", "--json");
        Assert.Equal("pictures", given.Require("--data"));
        Assert.Equal([1, 4], given.Positives("--steps", 2));
        Assert.Equal(3, given.Positive("--seeds", 3));
        Assert.Null(given.Find("--json"));
        Assert.Equal(DayOfWeek.Friday, given.OneOf("--day", DayOfWeek.Friday));
    }

    [Fact]
    public void A_folder_of_pictures_is_there_and_a_count_may_be_none()
    {
        var here = Path.GetTempPath();
        var given = new CommandOptions(["--images", here, "--elsewhere", Path.Combine(here, "not", "there"), "--none", "0", "--some", "7"], "--images", "--elsewhere", "--none", "--some");
        Assert.Equal(Path.GetFullPath(here), given.Photos("--images"));
        Assert.Throws<ArgumentException>(() => given.Photos("--elsewhere"));
        Assert.Equal((0, 7, 5), (given.Count("--none", 5), given.Count("--some", 5), given.Count("--other", 5)));
    }

    [Theory]
    [InlineData("--data")]
    [InlineData("--other", "x")]
    [InlineData("--data", "x", "--data", "y")]
    public void What_is_incomplete_unknown_or_said_twice_is_refused(params string[] arguments) =>
        Assert.Throws<ArgumentException>(() => new CommandOptions(arguments, "--data"));

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("some")]
    public void What_is_no_number_above_zero_and_no_day_is_refused(string value)
    {
        var given = new CommandOptions(["--value", value], "--value");
        Assert.Throws<ArgumentException>(() => given.Positive("--value", 1));
        Assert.Throws<ArgumentException>(() => given.Positives("--value"));
        Assert.Equal(value == "0", Record.Exception(() => given.Count("--value", 1)) is null);
        Assert.Throws<ArgumentException>(() => given.Require("--data"));
        if (value is not "0")
        {
            Assert.Throws<ArgumentException>(() => given.OneOf("--value", DayOfWeek.Friday));
        }
    }
}
