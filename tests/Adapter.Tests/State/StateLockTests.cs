using Bridge.Adapter.Service;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Tests.State;

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

    [Theory]
    [InlineData("lock")]
    [InlineData("")]
    public void It_is_held_also_when_its_file_or_the_directory_was_removed(string removed)
    {
        var directory = Directory.CreateTempSubdirectory("state").FullName;
        using var held = StateLock.Take(directory);
        held.Renew().Should().BeFalse();
        if (removed.Length > 0)
        {
            File.Delete(Path.Combine(directory, removed));
            FluentActions.Invoking(() => StateLock.Take(directory)).Should().Throw<ServiceException>().WithMessage("another cnm-cni holds*");
        }
        else
        {
            Directory.Delete(directory, recursive: true);
        }

        held.Renew().Should().BeTrue();

        held.Renew().Should().BeFalse();
        FluentActions.Invoking(() => StateLock.Take(directory)).Should().Throw<ServiceException>().WithMessage("another cnm-cni holds*");
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
