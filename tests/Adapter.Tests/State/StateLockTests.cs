using Bridge.Adapter.State;

namespace Adapter.Tests.State;

public sealed class StateLockTests
{
    [Fact]
    public void A_second_daemon_on_the_same_state_is_refused()
    {
        var directory = Directory.CreateTempSubdirectory("state").FullName;
        using (StateLock.Take(directory))
        {
            var second = () => StateLock.Take(directory);
            second.Should().Throw<InvalidOperationException>().WithMessage("another cnm-cni holds*Only one may serve from one state directory*");
        }

        StateLock.Take(directory).Dispose();
        Directory.Delete(directory, recursive: true);
    }
}
