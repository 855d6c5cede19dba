using System.Net;
using Pipeline.Dashboard.Access;
using Xunit;

namespace Pipeline.Tests.Unit.Dashboard;

public sealed class SignInAttemptsTests
{
    [Fact]
    public void Ten_wrong_keys_from_an_address_are_enough_for_now_and_do_not_keep_others_out()
    {
        using var attempts = new SignInAttempts();
        var (guesser, other) = (IPAddress.Parse("192.0.2.1"), IPAddress.Parse("192.0.2.2"));
        for (var i = 0; i < 10; i++)
        {
            Assert.False(attempts.AreTooMany(guesser));
            attempts.AddWrong(guesser);
        }

        Assert.True(attempts.AreTooMany(guesser));
        Assert.False(attempts.AreTooMany(other));
    }

    [Fact]
    public void Right_keys_do_not_count()
    {
        using var attempts = new SignInAttempts();
        for (var i = 0; i < 100; i++)
        {
            Assert.False(attempts.AreTooMany(IPAddress.Loopback));
        }
    }
}
