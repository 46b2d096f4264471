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
        #include <poll.h>
        #include <signal.h>
        #include <spawn.h>
        #include <stddef.h>
        #include <sys/eventfd.h>
        #include <sys/syscall.h>
        #include <sys/wait.h>
        #include <unistd.h>

        """;

    [Fact(Timeout = 60_000)]
    public async Task Every_constant_and_every_offset_is_that_of_the_C_headers()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/cc"), "There is no C compiler.");
        var program = new StringBuilder(Headers);
        foreach (var (name, value) in Constants(typeof(LibC)).Concat(Constants(typeof(PollDescriptor))))
        {
            program.AppendLine(CultureInfo.InvariantCulture, $"_Static_assert({name} == {value}, \"{name}\");");
        }

        program.AppendLine(CultureInfo.InvariantCulture, $"_Static_assert(sizeof(struct pollfd) == {Marshal.SizeOf<PollDescriptor>()}, \"pollfd\");");
        program.AppendLine(CultureInfo.InvariantCulture, $"_Static_assert(offsetof(struct pollfd, events) == {Offset<PollDescriptor>("Events")}, \"events\");");
        program.AppendLine(CultureInfo.InvariantCulture, $"_Static_assert(offsetof(struct pollfd, revents) == {Offset<PollDescriptor>("ReturnedEvents")}, \"revents\");");
        program.AppendLine(CultureInfo.InvariantCulture, $"_Static_assert(sizeof(siginfo_t) == {Marshal.SizeOf<ChildStatus>()}, \"siginfo_t\");");
        program.AppendLine(CultureInfo.InvariantCulture, $"_Static_assert(offsetof(siginfo_t, si_code) == {Offset<ChildStatus>("Code")}, \"si_code\");");
        program.AppendLine(CultureInfo.InvariantCulture, $"_Static_assert(offsetof(siginfo_t, si_status) == {Offset<ChildStatus>("Status")}, \"si_status\");");
        program.AppendLine("_Static_assert(sizeof(posix_spawnattr_t) <= 512 && sizeof(posix_spawn_file_actions_t) <= 512 && sizeof(sigset_t) <= 128, \"opaque\");");

        (await CompileAsync(program.ToString())).Should().BeEmpty();
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
        var complaints = await compiler.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await compiler.WaitForExitAsync(TestContext.Current.CancellationToken);
        return complaints;
    }
}
