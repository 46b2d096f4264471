using Bridge.Adapter.Service;

namespace Bridge.Adapter.Tests.Service;

public sealed class DirectoryLockTests
{
    [Fact]
    public void A_second_daemon_on_the_same_state_is_refused()
    {
        var directory = Directory.CreateTempSubdirectory("state").FullName;
        using (DirectoryLock.Take(directory))
        {
            var second = () => DirectoryLock.Take(directory);
            second.Should().Throw<ServiceException>().WithMessage("another cnm-cni holds*Only one may serve from one directory*");
        }

        DirectoryLock.Take(directory).Dispose();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task A_lock_that_is_released_within_a_moment_is_waited_for()
    {
        var directory = Directory.CreateTempSubdirectory("state").FullName;
        var last = DirectoryLock.Take(directory);
        var released = Task.Run(async () =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, Cancellation);
            last.Dispose();
        }, Cancellation);

        DirectoryLock.Take(directory).Dispose();

        await released;
        Directory.Delete(directory, recursive: true);
    }

    [Theory]
    [InlineData("lock")]
    [InlineData("")]
    public void It_is_held_also_when_its_file_or_the_directory_was_removed(string removed)
    {
        var directory = Directory.CreateTempSubdirectory("state").FullName;
        using var held = DirectoryLock.Take(directory);
        held.Renew().Should().BeFalse();
        if (removed.Length > 0)
        {
            File.Delete(Path.Combine(directory, removed));
            FluentActions.Invoking(() => DirectoryLock.Take(directory)).Should().Throw<ServiceException>().WithMessage(
                "another cnm-cni holds*");
        }
        else
        {
            Directory.Delete(directory, recursive: true);
        }

        held.Renew().Should().BeTrue();

        held.Renew().Should().BeFalse();
        FluentActions.Invoking(() => DirectoryLock.Take(directory)).Should().Throw<ServiceException>().WithMessage(
            "another cnm-cni holds*");
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public void The_error_names_what_is_in_place_of_the_lock_file()
    {
        var directory = Directory.CreateTempSubdirectory("state").FullName;
        Directory.CreateDirectory(Path.Combine(directory, "lock"));

        FluentActions.Invoking(() => DirectoryLock.Take(directory)).Should().Throw<ServiceException>().WithMessage(
            "*lock is a directory*remove it*");

        Directory.Delete(directory, recursive: true);
    }
}
