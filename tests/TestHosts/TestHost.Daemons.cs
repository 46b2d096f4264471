using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Bridge.TestHosts.Commands;
using Bridge.TestHosts.Engines;
using Bridge.TestHosts.Images;
using Bridge.TestHosts.Sockets;

namespace Bridge.TestHosts;

// The daemons of the host, how each is started, and when it counts as ready.
public sealed partial class TestHost
{
    private const string ContainerdSocket = "/run/containerd/containerd.sock";
    private const string DockerSocket = "/run/docker.sock";
    private const string BridgeSocket = "/run/docker/plugins/cni.sock";

    public Daemon Containerd { get; }

    public Daemon Dockerd { get; }

    /// <summary>cnm-cni serve.</summary>
    public Daemon Bridge { get; }

    /// <summary>
    /// The same with socket activation: once started it is only a listening socket, on which callers wait;
    /// <see cref="ActivateBridgeAsync"/> hands that to cnm-cni. In place of <see cref="Bridge"/>, not beside it.
    /// </summary>
    public Daemon ActivatedBridge { get; }

    /// <summary>cnm-cni ui, on a free port of the host's loopback address: <see cref="UiUrl"/>.</summary>
    public Daemon Ui { get; }

    /// <summary>What the last started <see cref="Ui"/> printed, with its token.</summary>
    public Uri UiUrl => new(UiUrlText().Matches(Ui.Log)[^1].Value);

    /// <summary>Starts <see cref="Ui"/>, and makes it reachable at <see cref="UiUrl"/> in the caller's namespace too.</summary>
    public async Task<TcpRelay> ServeUiAsync(CancellationToken cancellationToken)
    {
        const int Attempts = 5;
        for (var attempt = 1; ; attempt++)
        {
            await Ui.StartAsync(cancellationToken);
            try
            {
                return FromHost.Relay(UiUrl.Port);
            }
            catch (SocketException) when (attempt < Attempts) // A port that is free in the host may be taken on the machine.
            {
                await Ui.StopAsync(cancellationToken);
            }
        }
    }

    /// <summary>The last lines of every daemon's log, for the report of a failure.</summary>
    public string Logs => string.Concat(
        new[] { (Daemon: Bridge, Lines: 400), (Daemon: ActivatedBridge, Lines: 400), (Daemon: Dockerd, Lines: 60),
            (Daemon: Containerd, Lines: 60), (Daemon: Ui, Lines: 60) }
            .Where(part => part.Daemon.Log.Length > 0)
            .Select(part => $"--- {part.Daemon.Name} ---\n{string.Join('\n', part.Daemon.Log.Split('\n').TakeLast(part.Lines))}\n"));

    /// <summary>A power cut, and a boot with all daemons.</summary>
    public async Task PowerCycleAsync(CancellationToken cancellationToken)
    {
        await PowerCutAsync(cancellationToken);
        await Containerd.StartAsync(cancellationToken);
        await Bridge.StartAsync(cancellationToken);
        await Dockerd.StartAsync(cancellationToken);
    }

    /// <summary>All daemons are down, and none is started.</summary>
    public async Task PowerCutAsync(CancellationToken cancellationToken) =>
        (await Command.RunAsync(_process.PowerCycle, cancellationToken)).EnsureSuccess();

    /// <summary>Lets <see cref="ActivatedBridge"/> become cnm-cni, with its socket.</summary>
    public async Task ActivateBridgeAsync(CancellationToken cancellationToken)
    {
        var pid = ActivatedBridge.Pid.ToString(CultureInfo.InvariantCulture);
        (await RunAsync(["kill", "-USR1", pid], cancellationToken)).EnsureSuccess();
    }

    /// <summary>Speaks to cnm-cni as Docker does: POST to <c>http://cnm-cni/NetworkDriver.Join</c>, for example.</summary>
    public HttpClient AsDocker() => new(UnixSocketHandler.To(PathOf(BridgeSocket))) { BaseAddress = new Uri("http://cnm-cni/") };

    /// <summary>While <see cref="Bridge"/> is down: answers every call of Docker's with an error, until it is disposed.</summary>
    public IAsyncDisposable RefuseDriverCalls()
    {
        var path = PathOf(BridgeSocket);
        File.Delete(path); // A killed process does not remove it.
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        return new PageServer(listener, "cnm-cni is down", "500 Internal Server Error");
    }

    private async Task StartDaemonsAsync(TestHostOptions options, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(
            PathOf("/etc/containerd/config.toml"), ContainerdConfiguration(options.ConfigurationDirectory), cancellationToken);
        await Containerd.StartAsync(cancellationToken);
        var image = await WriteImageAsync(cancellationToken);
        await Task.WhenAll(
            StartDockerAsync(image, options.StartBridge, cancellationToken),
            PreparePodsAsync(image, needsPods: options.CniNetworks.Count > 0, cancellationToken));
    }

    // In the order of the systemd units: the socket of cnm-cni exists before dockerd needs it.
    private async Task StartDockerAsync(string image, bool startBridge, CancellationToken cancellationToken)
    {
        if (startBridge)
            await Bridge.StartAsync(cancellationToken);

        await Dockerd.StartAsync(cancellationToken);
        Engine = EngineVersion.Parse(
            (await DockerAsync(["version", "--format", "{{.Server.Version}}"], cancellationToken)).EnsureSuccess().Output);
        (await DockerAsync(["load", "--input", image], cancellationToken)).EnsureSuccess();
    }

    private async Task PreparePodsAsync(string image, bool needsPods, CancellationToken cancellationToken)
    {
        if (!needsPods)
            return;

        (await RunAsync(["ctr", "--namespace", "k8s.io", "images", "import", image], cancellationToken)).EnsureSuccess();
        if (!await Eventually.IsTrueAsync(Pods.IsReadyAsync, cancellationToken))
            throw new TimeoutException($"containerd found no CNI network within {Eventually.Bound.TotalSeconds} s.\n{Containerd.Log}");
    }

    private async Task<string> WriteImageAsync(CancellationToken cancellationToken)
    {
        // The machine's: no engine's tree has one.
        var busybox = HostRequirements.FindProgram("busybox")!;
        var applets = (await Command.RunAsync([busybox, "--list"], cancellationToken)).EnsureSuccess().Output.Split('\n');
        var archive = Path.Combine(_scratchDirectory, "image.tar");
        TestImage.Write(busybox, applets, archive);
        return archive;
    }

    private Daemon NewContainerd() => new(
        _process, "containerd", LogPath("containerd"), ["containerd", "--log-level", "warn"],
        token => UnixSocketHandler.AcceptsAsync(PathOf(ContainerdSocket), token));

    private Daemon NewDockerd() => new(
        _process, "dockerd", LogPath("dockerd"), ["dockerd", "--containerd", ContainerdSocket, "--log-level", "warn"], DockerAnswersAsync);

    private Daemon NewBridge(TestHostOptions options) => new(
        _process,
        "cnm-cni",
        LogPath("cnm-cni"),
        [
            "env", .. options.BridgeEnvironment.Select(variable => $"{variable.Key}={variable.Value}"),
            .. options.PrivateMounts ? ["unshare", "--mount", "--propagation", "slave"] : Array.Empty<string>(),
            .. ServeBridge(options.BridgeProgram)
        ],
        token => IsListenerAsync(() => Bridge, token));

    // The service manager of this host is a few lines of perl, which every Debian has.
    private Daemon NewActivatedBridge() => new(
        _process, "cnm-cni-activated", LogPath("cnm-cni-activated"),
        ["perl", "-e", """
            use Socket; use POSIX ();
            my ($path, @command) = @ARGV;
            $^F = 255;
            $SIG{USR1} = sub { $ENV{LISTEN_PID} = $$; $ENV{LISTEN_FDS} = 1; POSIX::dup2(fileno($s), 3); exec @command or die $! };
            unlink $path;
            socket($s, AF_UNIX, SOCK_STREAM, 0); bind($s, pack_sockaddr_un($path)) or die $!; listen($s, 128);
            sleep while 1;
            """, BridgeSocket, .. ServeBridge(program: null)],
        token => IsListenerAsync(() => ActivatedBridge, token));

    // Every start writes one more URL behind the others.
    private Daemon NewUi() => new(
        _process, "cnm-cni-ui", LogPath("cnm-cni-ui"), [CnmCniBinary.Find() ?? "cnm-cni", "ui", "--listen", "127.0.0.1:0"],
        async token => UiUrlText().Matches(Ui.Log) is [.., var url]
            && await FromHost.CanConnectAsync("127.0.0.1", new Uri(url.Value).Port, token));

    [GeneratedRegex(@"http://127\.0\.0\.1:[0-9]+/\?token=[\w-]+")]
    private static partial Regex UiUrlText();

    // Not whether somebody answers: a test that starts it beside another process would go on with that.
    private async Task<bool> IsListenerAsync(Func<Daemon> daemon, CancellationToken cancellationToken) =>
        await UnixSocketHandler.ListenerAsync(PathOf(BridgeSocket), cancellationToken) is { } listener
        && daemon().TryPid is { } pid && _process.TryOnMachine(pid) == listener;

    private static string[] ServeBridge(string? program) => [program ?? CnmCniBinary.Find() ?? "cnm-cni", "serve"];

    private string LogPath(string daemon) => Path.Combine(_scratchDirectory, $"{daemon}.log");

    private async Task<bool> DockerAnswersAsync(CancellationToken cancellationToken)
    {
        using var client = new HttpClient(UnixSocketHandler.To(PathOf(DockerSocket)));
        try
        {
            using var answer = await client.GetAsync(new Uri("http://docker/_ping"), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static string ContainerdConfiguration(string configurationDirectory) => $"""
        version = 2
        [plugins."io.containerd.grpc.v1.cri"]
          restrict_oom_score_adj = {(HostRequirements.CanChangeOomScore ? "false" : "true")}
          sandbox_image = "{TestImage.Reference}"
          [plugins."io.containerd.grpc.v1.cri".cni]
            bin_dir = "{HostRequirements.PluginDirectory}"
            conf_dir = "{configurationDirectory}"
        """;
}
