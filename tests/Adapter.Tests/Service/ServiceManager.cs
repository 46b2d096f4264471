using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Bridge.Adapter;
using Bridge.Adapter.Sandboxes;

namespace Bridge.Adapter.Tests.Service;

/// <summary>
/// Starts the program as a service manager does: with sockets that it made, and variables that speak of them. What stands between is a few
/// lines of perl, which hand over the very process whose number they have written down.
/// </summary>
internal sealed class ServiceManager : IDisposable
{
    public const string Listening = "socket(my $s, AF_UNIX, SOCK_STREAM, 0); bind($s, pack_sockaddr_un($path)) or die $!; listen($s, 16);";

    // Descriptors from 3 on are handed over; what perl itself has opened is above them.
    private const string Launcher = """
        use Socket; use POSIX ();
        $^F = 255;
        my ($path, $count, @command) = @ARGV;
        MAKE
        POSIX::dup2(fileno($s), $_) for 3 .. 2 + $count;
        $ENV{LISTEN_PID} //= $$; $ENV{LISTEN_FDS} = $count; $ENV{LISTEN_FDNAMES} = 'cnm-cni.socket';
        $ENV{WATCHDOG_PID} = $$ if $ENV{WATCHDOG_USEC};
        exec @command or die $!;
        """;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("service-");
    private readonly List<Process> _processes = [];
    private readonly HttpClient _http;

    public ServiceManager()
    {
        _http = new HttpClient(UnixSocketHttp.Handler(SocketPath)) { BaseAddress = new Uri("http://bridge/"),
            Timeout = TimeSpan.FromSeconds(30) };
        Directory.CreateDirectory(PathOf("net.d"));
        Directory.CreateDirectory(PathOf("bin"));
        File.WriteAllText(PathOf("config.yaml"), $"""
            socket: {SocketPath}
            stateDirectory: {PathOf("state")}
            runDirectory: {PathOf("run")}
            configurationDirectory: {PathOf("net.d")}
            pluginDirectories: [{PathOf("bin")}]
            dockerSocket: {PathOf("no-docker.sock")}
            criSocket: {PathOf("no-containerd.sock")}
            """);
    }

    public string SocketPath => PathOf("cni.sock");

    public string PathOf(string name) => Path.Combine(_directory.FullName, name);

    /// <param name="make">Perl that makes <c>$s</c> from <c>$path</c>, which is handed over as descriptor 3.</param>
    /// <param name="path">What it is bound to; null: what the settings name.</param>
    /// <param name="count">How often it is handed over.</param>
    /// <param name="variables">More of them.</param>
    public Process StartWithSocket(
        string make = Listening, string? path = null, int count = 1, params IEnumerable<(string Name, string Value)> variables) =>
        Start("perl", ["-e", Launcher.Replace("MAKE", make, StringComparison.Ordinal), path ?? SocketPath, $"{count}", .. Serve],
            variables);

    /// <summary>Without a socket.</summary>
    public Process Start(params IEnumerable<(string Name, string Value)> variables) => Start(Serve[0], Serve[1..], variables);

    /// <summary>As Docker posts. Waits until the daemon serves.</summary>
    public async Task<string> PostAsync(string method, string body, CancellationToken cancellationToken)
    {
        var answer = "";
        await Eventually.TrueAsync(IsAnsweredAsync, $"the daemon answers {method}", cancellationToken);
        return answer;

        async Task<bool> IsAnsweredAsync(CancellationToken token)
        {
            try
            {
                using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
                using var response = await _http.PostAsync(method, content, token);
                answer = await response.Content.ReadAsStringAsync(token);
                return true;
            }
            catch (HttpRequestException failure) when (failure.InnerException is SocketException && !_processes[^1].HasExited)
            {
                return false;
            }
        }
    }

    /// <summary>Ends it as a service manager does.</summary>
    /// <returns>Its exit code.</returns>
    public static async Task<int> StopAsync(Process process, CancellationToken cancellationToken)
    {
        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode;
    }

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            process.Dispose();
        }

        _http.Dispose();
        foreach (var mounted in Directory.Exists(PathOf("run/netns")) ? Directory.GetFiles(PathOf("run/netns")) : [])
            NetworkNamespace.Unmount(mounted);

        _directory.Delete(recursive: true);
    }

    private string[] Serve => [Path.Combine(AppContext.BaseDirectory, "cnm-cni"), "serve", "--config", PathOf("config.yaml")];

    private Process Start(string program, string[] arguments, IEnumerable<(string Name, string Value)> variables)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true };
        foreach (var (name, value) in variables)
            start.Environment[name] = value;

        var process = Process.Start(start)!;
        _processes.Add(process);
        return process;
    }
}
