using System.Diagnostics;
using System.Globalization;
using Bridge.Benchmarks.Results;
using Bridge.TestHosts;
using Bridge.TestHosts.Sockets;

namespace Bridge.Benchmarks.Sections;

/// <summary>What starting the program costs: as a daemon, and as a command.</summary>
internal static class Footprint
{
    public const string Listening = "From the start of `cnm-cni serve` to its socket answering";
    public const string Version = "`cnm-cni version`";
    public const string Chain = "`cnm-cni cni add` and `cni del` of three plugins that do nothing";
    public const string Daemon = "daemon";
    public const string CnmCni = "cnm-cni";
    public const string Native = "a native program that calls CniInvoker";

    public static async Task MeasureAsync(BenchmarkOptions options, Samples samples, CancellationToken cancellationToken)
    {
        await MeasureStartsAsync(options.Times(30, 3), samples, cancellationToken);
        if (InvokerRuns.NativeBenchmarks is not { } native)
        {
            samples.Note($"no commands: {InvokerRuns.NativeProgram} does not name the native benchmarks");
            return;
        }

        Progress.Tell("commands");
        await using var host = await InvokerRuns.StartHostAsync(cancellationToken);
        var times = await host.RunAsync(
            [native, "commands", CnmCniBinary.Require(), native, InvokerRuns.Netns,
                options.Times(50, 3).ToString(CultureInfo.InvariantCulture)],
            cancellationToken);
        foreach (var line in times.EnsureSuccess().Output.Split('\n'))
        {
            var (what, name) = line.Split(' ') switch
            {
                ["version", ..] => (Version, CnmCni),
                ["chain", "own", ..] => (Chain, CnmCni),
                _ => (Chain, Native),
            };
            samples.Add(what, name, "ms", double.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture), what == Chain ? Native : null);
        }
    }

    /// <summary>Inside a test host: prints the times of both programs, in milliseconds.</summary>
    public static async Task<int> RunCommandsAsync(string program, string native, string netns, int count)
    {
        string[] options = ["--container-id", "measured"];
        for (var round = -2; round < count; round++)
        {
            var version = await TimeAsync(program, "version");
            var own = await TimeAsync(program, ["cni", "add", "nothing", netns, .. options])
                + await TimeAsync(program, ["cni", "del", "nothing", netns, .. options]);
            var bare = await TimeAsync(native, "once", "add", netns) + await TimeAsync(native, "once", "del", netns);
            if (round >= 0)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"version own {version:F3}\nchain own {own:F3}\nchain native {bare:F3}"));
            }
        }

        return 0;
    }

    private static async Task<double> TimeAsync(string program, params IReadOnlyList<string> arguments)
    {
        var start = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? Stopwatch.GetElapsedTime(start).TotalMilliseconds
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} exited {process.ExitCode}");
    }

    // On directories of its own, so that nothing of the machine's is touched; no Docker is asked.
    private static async Task MeasureStartsAsync(int starts, Samples samples, CancellationToken cancellationToken)
    {
        Progress.Tell("start of the daemon");
        var directory = Directory.CreateTempSubdirectory("bridge-bench").FullName;
        var socket = Path.Combine(directory, "cni.sock");
        var settings = Path.Combine(directory, "config.yaml");
        await File.WriteAllTextAsync(
            settings,
            $"socket: {socket}\nstateDirectory: {directory}/state\nrunDirectory: {directory}/run\nconfigurationDirectory: " +
            $"{directory}/net.d\ndockerSocket: {directory}/none.sock\n",
            cancellationToken);
        for (var run = -1; run < starts; run++)
        {
            var start = Stopwatch.GetTimestamp();
            using var daemon =
                Process.Start(
                    new ProcessStartInfo(CnmCniBinary.Require(), ["serve", "--config", settings]) { RedirectStandardOutput = true })!;
            daemon.BeginOutputReadLine();
            while (!await UnixSocketHandler.AcceptsAsync(socket, cancellationToken))
                await Task.Delay(1, cancellationToken);

            if (run >= 0)
                samples.Add(Listening, Daemon, "ms", Stopwatch.GetElapsedTime(start).TotalMilliseconds);

            using var terminate = Process.Start("kill", daemon.Id.ToString(CultureInfo.InvariantCulture));
            await daemon.WaitForExitAsync(cancellationToken);
        }

        Directory.Delete(directory, recursive: true);
    }
}
