using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace CniInvoker.Tests.Native;

/// <summary>Compares the constants and structures with the C headers of this machine, by compiling C.</summary>
public sealed class LayoutTests
{
    private const string Headers = """
        #define _GNU_SOURCE
        #include <errno.h>
        #include <fcntl.h>
        #include <linux/magic.h>
        #include <linux/nsfs.h>
        #include <poll.h>
        #include <sched.h>
        #include <signal.h>
        #include <spawn.h>
        #include <stddef.h>
        #include <sys/eventfd.h>
        #include <sys/file.h>
        #include <sys/stat.h>
        #include <sys/syscall.h>
        #include <sys/vfs.h>
        #include <sys/wait.h>
        #include <unistd.h>

        """;

    private static readonly (Type Managed, string Native)[] Structures =
    [
        (typeof(FileStatus), "struct statx"),
        (typeof(FileTime), "struct statx_timestamp"),
        (typeof(StatFs), "struct statfs"),
    ];

    private static readonly (Type Managed, string Field, string Native, string Member)[] Fields =
    [
        (typeof(PollDescriptor), "Descriptor", "struct pollfd", "fd"), (typeof(PollDescriptor), "Events", "struct pollfd", "events"),
        (typeof(PollDescriptor), "ReturnedEvents", "struct pollfd", "revents"),
        (typeof(ChildStatus), "Code", "siginfo_t", "si_code"), (typeof(ChildStatus), "Status", "siginfo_t", "si_status"),
        (typeof(FileLock), "Kind", "struct flock", "l_type"), (typeof(FileLock), "Whence", "struct flock", "l_whence"),
        (typeof(FileLock), "Start", "struct flock", "l_start"), (typeof(FileLock), "Length", "struct flock", "l_len"),
        (typeof(FileLock), "Process", "struct flock", "l_pid"),
    ];

    private static readonly (FileKind Managed, string Native)[] Kinds =
    [
        (FileKind.Pipe, "S_IFIFO"), (FileKind.CharacterDevice, "S_IFCHR"), (FileKind.Directory, "S_IFDIR"),
        (FileKind.BlockDevice, "S_IFBLK"), (FileKind.File, "S_IFREG"), (FileKind.Link, "S_IFLNK"), (FileKind.Socket, "S_IFSOCK"),
    ];

    [Fact]
    public async Task Every_constant_and_every_offset_is_that_of_the_C_headers()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/cc"), "There is no C compiler.");
        var program = new StringBuilder(Headers);
        foreach (var (name, value) in Constants(typeof(LibC)).Concat(Constants(typeof(PollDescriptor))))
            Claim(program, $"{name} == {value}");

        foreach (var errno in Enum.GetValues<Errno>())
            Claim(program, $"{errno} == {(int)errno}");

        foreach (var (kind, native) in Kinds)
            Claim(program, $"{native} == {(int)kind}");

        Claim(program, $"O_NOFOLLOW == {LibC.O_NOFOLLOW}");
        Claim(program, $"F_RDLCK == {(int)LockKind.Shared} && F_WRLCK == {(int)LockKind.Exclusive} && F_UNLCK == {(int)LockKind.None}");
        foreach (var (managed, native) in Structures.Concat(Fields.Select(field => (field.Managed, field.Native))).Distinct())
            Claim(program, $"sizeof({native}) == {Marshal.SizeOf(managed)}");

        var sameNames = Structures.SelectMany(
            structure => structure.Managed.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic),
            (structure, field) => (structure.Managed, field.Name, structure.Native, Member: field.Name));
        foreach (var (managed, field, native, member) in Fields.Concat(sameNames))
        {
            var type = managed.GetField(field)!.FieldType;
            var size = Marshal.SizeOf(type.IsEnum ? type.GetEnumUnderlyingType() : type);
            Claim(program, $"offsetof({native}, {member}) == {Marshal.OffsetOf(managed, field)}");
            Claim(program, $"sizeof((({native} *)0)->{member}) == {size}");
        }

        Claim(program, $"sizeof(posix_spawnattr_t) <= 512 && sizeof(posix_spawn_file_actions_t) <= 512 && sizeof(sigset_t) <= 128");

        (await CompileAsync(program.ToString())).Should().BeEmpty();
    }

    private static void Claim(StringBuilder program, FormattableString condition)
    {
        var text = FormattableString.Invariant(condition);
        program.AppendLine(CultureInfo.InvariantCulture, $"_Static_assert({text}, \"{text}\");");
    }

    private static IEnumerable<(string Name, object Value)> Constants(Type type) => type
        .GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
        .Where(field => field.IsLiteral)
        .Select(field => (field.Name, field.GetRawConstantValue()!));

    private static async Task<string> CompileAsync(string program)
    {
        var start = new ProcessStartInfo("/usr/bin/cc", "-x c -Werror -fsyntax-only -")
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        using var compiler = Process.Start(start)!;
        await compiler.StandardInput.WriteAsync(program);
        compiler.StandardInput.Close();
        var complaints = await compiler.StandardError.ReadToEndAsync(Cancellation);
        await compiler.WaitForExitAsync(Cancellation);
        return complaints;
    }
}
