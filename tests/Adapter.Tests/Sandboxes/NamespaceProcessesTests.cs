using System.Diagnostics;
using Bridge.Adapter.Sandboxes;
using Bridge.Testing;

namespace Bridge.Adapter.Tests.Sandboxes;

public sealed class NamespaceProcessesTests : IDisposable
{
    private readonly ThrowAwayHost _host = new();
    private readonly List<Process> _started = [];

    public void Dispose()
    {
        _started.ForEach(End);
        _host.Dispose();
    }

    [Fact]
    public void A_namespace_that_is_only_mounted_has_no_processes() => Sandbox.HasProcesses(_host.SandboxPath).Should().BeFalse();

    [Fact]
    public void Where_no_namespace_is_there_are_no_processes() => Sandbox.HasProcesses(_host.PathOf("nothing")).Should().BeFalse();

    [Fact]
    public async Task A_process_is_found_in_its_own_namespace_alone_and_only_until_it_has_ended()
    {
        var process = await StartAsync("sleep", "600");

        Sandbox.HasProcesses(_host.SandboxPath).Should().BeTrue();
        Sandbox.HasProcesses(_host.HostPath).Should().BeFalse();

        End(process);
        Sandbox.HasProcesses(_host.SandboxPath).Should().BeFalse();
    }

    [Fact]
    public async Task A_process_that_dropped_its_privileges_is_found()
    {
        Assert.SkipUnless(Tool.Exists("setpriv"), "dropping privileges needs setpriv (util-linux)");
        var process = await StartAsync(
            "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all", "sleep", "600");
        await Eventually.TrueAsync(() => ProgramOf(process) == "sleep", "it is sleep");

        Sandbox.HasProcesses(_host.SandboxPath).Should().BeTrue();
    }

    [Fact]
    public async Task A_zombie_is_in_no_namespace_any_more()
    {
        // The shell's child ends, and sleep, which takes the shell's place, never reaps it. The parent leaves the namespace before that.
        var process = await StartAsync("sh", "-c", $"sleep 0 & exec nsenter --net={_host.HostPath} sleep 600");
        await Eventually.TrueAsync(() => ChildrenOf(process).Select(StateOf).SingleOrDefault() == 'Z', "the child is a zombie");
        await Eventually.TrueAsync(() => ProgramOf(process) == "sleep", "it is sleep");

        Sandbox.HasProcesses(_host.SandboxPath).Should().BeFalse();
    }

    [Fact]
    public async Task A_process_whose_main_thread_has_ended_is_found()
    {
        Assert.SkipUnless(Tool.Exists("python3"), "a process without its main thread is made with python3");
        var process = await StartAsync(
            "python3", "-c", "import ctypes, threading, time\n" +
            "threading.Thread(target=lambda: time.sleep(600)).start()\n" +
            "ctypes.CDLL(None).pthread_exit(None)");
        await Eventually.TrueAsync(() => StateOf($"{process.Id}") == 'Z', "the main thread has ended");

        Sandbox.HasProcesses(_host.SandboxPath).Should().BeTrue();
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("Name:\tcnm-cni\n", true)]
    [InlineData("CapEff:\t000001fffff7ffff\n", true)]
    [InlineData("CapEff:\t0000000000080000\n", false)]
    public void Where_proc_does_not_show_all_processes_the_answer_is_yes(string? status, bool answer)
    {
        using var network = NetworkNamespace.Open(_host.SandboxPath);
        var proc = Directory.CreateDirectory(_host.PathOf("proc"));
        if (status is not null)
        {
            proc.CreateSubdirectory("self");
            File.WriteAllText(Path.Combine(proc.FullName, "self/status"), status);
        }

        new NamespaceProcesses(network, proc.FullName).Any().Should().Be(answer);
    }

    private async Task<Process> StartAsync(string program, params string[] arguments)
    {
        var process = Process.Start("nsenter", [$"--net={_host.SandboxPath}", program, .. arguments]);
        _started.Add(process);
        await Eventually.TrueAsync(() => FileOf(process.Id) is not "nsenter" and var file
            && file != FileOf(Environment.ProcessId), $"{program} runs");
        return process;
    }

    // Until it runs a program of its own, a child has the name of the thread that started it, and the file of that process.
    private static string FileOf(int process) => Path.GetFileName(File.ResolveLinkTarget($"/proc/{process}/exe", false)!.FullName);

    private static string[] ChildrenOf(Process process) =>
        File.ReadAllText($"/proc/{process.Id}/task/{process.Id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string ProgramOf(Process process) => File.ReadAllText($"/proc/{process.Id}/comm").Trim();

    // The third field of proc_pid_stat(5), behind the name in brackets.
    private static char StateOf(string process) => File.ReadAllText($"/proc/{process}/stat").Split(") ")[^1][0];

    private static void End(Process process)
    {
        process.Kill();
        process.WaitForExit();
    }
}
