using System.Runtime.InteropServices;
using Bridge.Adapter.Reachability;
using Bridge.Adapter.Tests.Sandboxes;

namespace Bridge.Adapter.Tests.Reachability;

/// <summary>The kernel runs the program, and binutils reads it.</summary>
public sealed class SleepProgramTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("program-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void It_sleeps_for_its_time_and_ends_with_success()
    {
        Assert.SkipUnless(SleepProgram.IsKnownFor(RuntimeInformation.OSArchitecture), "there is no such program for this processor");
        var path = Write(RuntimeInformation.OSArchitecture, TimeSpan.FromSeconds(1));

        var started = TimeProvider.System.GetTimestamp();
        var (exitCode, output, _) = Tool.Try(path, []);

        (exitCode, output).Should().Be((0, ""));
        TimeProvider.System.GetElapsedTime(started).Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData(Architecture.X64, "Advanced Micro Devices X86-64")]
    [InlineData(Architecture.Arm64, "AArch64")]
    public void It_is_an_executable_of_its_processor(Architecture processor, string machine)
    {
        Assert.SkipUnless(Tool.Exists("readelf"), "reading the file needs readelf (binutils)");

        var header = Tool.Run("readelf", "--file-header", "--program-headers", "--wide", Write(processor, TimeSpan.FromSeconds(90)));

        header.Should().Contain(machine).And.Contain("EXEC (Executable file)").And.MatchRegex(@"LOAD .* R E 0x10000");
    }

    private string Write(Architecture processor, TimeSpan time)
    {
        var path = Path.Combine(_directory.FullName, "program");
        File.WriteAllBytes(path, SleepProgram.Make(processor, time));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return path;
    }
}
