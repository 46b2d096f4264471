using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace CniInvoker.Tests.Native;

/// <summary>Holds our constants and structures against the C headers of this machine: the compiler is the judge.</summary>
public sealed class LayoutTests
{
    private const string Headers = """
        #define _GNU_SOURCE
        #include <errno.h>
        #include <fcntl.h>
        #include <linux/nsfs.h>
        #include <poll.h>
        #include <signal.h>
        #include <spawn.h>
        #include <stddef.h>
        #include <sys/eventfd.h>
        #include <sys/stat.h>
        #include <sys/syscall.h>
        #include <sys/wait.h>
        #include <unistd.h>

        """;

    [Fact]
    public async Task Every_constant_and_every_offset_is_that_of_the_C_headers()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/cc"), "There is no C compiler.");
        var program = new StringBuilder(Headers);
        foreach (var (name, value) in Constants(typeof(LibC)).Concat(Constants(typeof(PollDescriptor))))
            program.AppendLine(CultureInfo.InvariantCulture, $"_Static_assert({name} == {value}, \"{name}\");");

        program.AppendLine(CultureInfo.InvariantCulture, $"_Static_assert(sizeof(struct pollfd) == {Marshal.SizeOf<PollDescriptor>()}, \"pollfd\");");
        program.AppendLine(CultureInfo.InvariantCulture, $"_Static_assert(offsetof(struct pollfd, events) == {Offset<PollDescriptor>("Events")}, \"events\");");
        program.AppendLine(CultureInfo.InvariantCulture, $"_Static_assert(offsetof(struct pollfd, revents) == {Offset<PollDescriptor>("ReturnedEvents")}, \"revents\");");
        program.AppendLine(CultureInfo.InvariantCulture, $"_Static_assert(sizeof(siginfo_t) == {Marshal.SizeOf<ChildStatus>()}, \"siginfo_t\");");
        program.AppendLine(CultureInfo.InvariantCulture, $"_Static_assert(offsetof(siginfo_t, si_code) == {Offset<ChildStatus>("Code")}, \"si_code\");");
        program.AppendLine(CultureInfo.InvariantCulture, $"_Static_assert(offsetof(siginfo_t, si_status) == {Offset<ChildStatus>("Status")}, \"si_status\");");
        AssertFiles(program);
        program.AppendLine("_Static_assert(sizeof(posix_spawnattr_t) <= 512 && sizeof(posix_spawn_file_actions_t) <= 512 && sizeof(sigset_t) <= 128, \"opaque\");");

        (await CompileAsync(program.ToString())).Should().BeEmpty();
    }

    private static void AssertFiles(StringBuilder program)
    {
        program.AppendLine(CultureInfo.InvariantCulture, $"_Static_assert(F_RDLCK == {(int)LockKind.Shared} && F_WRLCK == {(int)LockKind.Exclusive} && F_UNLCK == {(int)LockKind.None}, \"locks\");");
        program.AppendLine(CultureInfo.InvariantCulture, $"_Static_assert(O_NOFOLLOW == {LibC.O_NOFOLLOW}, \"O_NOFOLLOW\");");
        program.AppendLine(CultureInfo.InvariantCulture, $"_Static_assert(sizeof(struct flock) == {Marshal.SizeOf<FileLock>()}, \"flock\");");
        program.AppendLine(CultureInfo.InvariantCulture, $"_Static_assert(sizeof(struct statx) == {Marshal.SizeOf<FileStatus>()}, \"statx\");");
        foreach (var (structure, member, offset) in new[]
        {
            ("struct flock", "l_type", Offset<FileLock>("Kind")), ("struct flock", "l_whence", Offset<FileLock>("Whence")), ("struct flock", "l_start", Offset<FileLock>("Start")),
            ("struct flock", "l_len", Offset<FileLock>("Length")), ("struct flock", "l_pid", Offset<FileLock>("Process")),
            ("struct statx", "stx_ino", Offset<FileStatus>("Inode")), ("struct statx", "stx_size", Offset<FileStatus>("Size")),
            ("struct statx", "stx_mtime.tv_sec", Offset<FileStatus>("ModifiedSeconds")), ("struct statx", "stx_mtime.tv_nsec", Offset<FileStatus>("ModifiedNanoseconds")),
            ("struct statx", "stx_dev_major", Offset<FileStatus>("DeviceMajor")), ("struct statx", "stx_dev_minor", Offset<FileStatus>("DeviceMinor")),
        })
        {
            program.AppendLine(CultureInfo.InvariantCulture, $"_Static_assert(offsetof({structure}, {member}) == {offset}, \"{member}\");");
        }
    }

    private static IEnumerable<(string Name, object Value)> Constants(Type type) => type
        .GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
        .Where(field => field.IsLiteral)
        .Select(field => (field.Name, field.GetRawConstantValue()!));

    private static nint Offset<T>(string field) => Marshal.OffsetOf<T>(field);

    private static async Task<string> CompileAsync(string program)
    {
        using var compiler = Process.Start(new ProcessStartInfo("/usr/bin/cc", "-x c -Werror -fsyntax-only -") { RedirectStandardInput = true, RedirectStandardError = true })!;
        await compiler.StandardInput.WriteAsync(program);
        compiler.StandardInput.Close();
        var complaints = await compiler.StandardError.ReadToEndAsync(Cancellation);
        await compiler.WaitForExitAsync(Cancellation);
        return complaints;
    }
}
