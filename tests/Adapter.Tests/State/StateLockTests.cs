using Bridge.Adapter.Service;
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
            second.Should().Throw<ServiceException>().WithMessage("another cnm-cni holds*Only one may serve from one directory*");
        }

        StateLock.Take(directory).Dispose();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public void What_is_in_the_way_of_the_lock_is_called_by_its_name()
    {
        var directory = Directory.CreateTempSubdirectory("state").FullName;
        Directory.CreateDirectory(Path.Combine(directory, "lock"));

        FluentActions.Invoking(() => StateLock.Take(directory)).Should().Throw<ServiceException>().WithMessage("*lock is a directory*remove it*");

        Directory.Delete(directory, recursive: true);
    }
}
