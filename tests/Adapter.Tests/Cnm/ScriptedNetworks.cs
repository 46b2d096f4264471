namespace Bridge.Adapter.Tests.Cnm;

/// <summary>
/// Two CNI networks whose plugins are shell scripts with a store of their own: <c>now</c>, whose chain runs at CreateEndpoint, and
/// <c>ahead</c>, whose addresses are reserved and whose chain runs at Join. While <see cref="Hold"/> says so they hang.
/// </summary>
internal sealed class ScriptedNetworks : IDisposable
{
    private static readonly UnixFileMode Executable = (UnixFileMode)0b111_101_101;

    private readonly string _directory = Directory.CreateTempSubdirectory("scripted").FullName;

    public ScriptedNetworks()
    {
        foreach (var room in new[] { "bin", "store", "given", "hold", "running" })
            Directory.CreateDirectory(PathOf(room));

        WriteChain();
        WriteReserve();
        Write("static", "");
    }

    private const string Brace = "{";
    private const string Close = "}";

    /// <summary>
    /// The IPAM plugin of <c>ahead</c>, which does what <paramref name="add"/> and <paramref name="delete"/> say at the end besides.
    /// </summary>
    public void WriteReserve(string add = ":", string delete = ":") => Write("reserve", $"""
            ADD) number=2; until mkdir '{PathOf("store")}'/10.77.0.$number 2>/dev/null; do [ -d '{PathOf(
                "store")}' ] || exit; number=$((number + 1)); done
                 echo $number > '{PathOf("store")}'/$CNI_CONTAINERID
                 wait_while reserve-ADD
                 {add}
                 echo '{Brace}"cniVersion":"1.0.0","ips":[{Brace}"address":"10.77.0.'$number'/16","gateway":"10.77.0.1"{Close}]{Close}' ;;
            DEL) wait_while reserve-DEL
                 rmdir '{PathOf("store")}'/10.77.0.$(cat '{PathOf("store")}'/$CNI_CONTAINERID) 2>/dev/null
                 rm -f '{PathOf("store")}'/$CNI_CONTAINERID
                 {delete} ;;
            """);

    public string Plugins => PathOf("bin");

    /// <summary>What ran, in order: "ADD chain". Without VERSION.</summary>
    public string[] Runs => File.Exists(PathOf("runs")) ? File.ReadAllLines(PathOf("runs")) : [];

    /// <summary>What plugins made and have not undone.</summary>
    public string[] Store => [.. Directory.GetFileSystemEntries(PathOf("store")).Select(entry => Path.GetFileName(entry))];

    /// <summary>The plugin processes that there are, and those that were killed.</summary>
    public string[] Running => [.. Directory.GetFiles(PathOf("running")).Select(file => Path.GetFileName(file))];

    /// <summary>The most plugin processes that there were at once.</summary>
    public int MostAtOnce => File.ReadAllLines(PathOf("most")).Max(int.Parse);

    /// <summary>The chain, whose single plugin does what <paramref name="add"/> and <paramref name="delete"/> say besides.</summary>
    public void WriteChain(string add = ":", string delete = ":") => Write("chain", $"""
        ADD) touch '{PathOf("store")}'/$CNI_CONTAINERID-chain
             address=$(sed -n 's/.*"address":"\([^"]*\)".*/\1/p')
             number=2
             while [ -z "$address" ]; do mkdir '{PathOf("given")}'/$number && address=10.78.0.$number/16; number=$((number + 1)); done 2>/dev/null
             nsenter --net=$CNI_NETNS ip tuntap add dev $CNI_IFNAME mode tap
             nsenter --net=$CNI_NETNS ip address add $address dev $CNI_IFNAME
             {add}
             wait_while chain-ADD
             echo '{Brace}"cniVersion":"1.0.0","interfaces":[{Brace}"name":"'$CNI_IFNAME'","sandbox":"'$CNI_NETNS'"{Close}],
                   "ips":[{Brace}"address":"'$address'","interface":0{Close}]{Close}' ;;
        DEL) {delete}
             wait_while chain-DEL
             rm -f '{PathOf("store")}'/$CNI_CONTAINERID-chain ;;
        """);

    /// <summary>
    /// As <see cref="WriteChain"/>, with a veth; its peer stays on the host as <c>w</c> and the container id's beginning.
    /// </summary>
    public void WriteVethChain(string add = ":", string delete = ":") => Write("chain", $"""
        ADD) {add}
             touch '{PathOf("store")}'/$CNI_CONTAINERID-chain
             address=$(sed -n 's/.*"address":"\([^"]*\)".*/\1/p')
             number=2
             while [ -z "$address" ]; do mkdir '{PathOf("given")}'/$number && address=10.78.0.$number/16; number=$((number + 1)); done 2>/dev/null
             peer=w$(printf %.10s $CNI_CONTAINERID)
             ip link add $peer type veth peer name $CNI_IFNAME netns $CNI_NETNS
             ip link set $peer up
             nsenter --net=$CNI_NETNS ip address add $address dev $CNI_IFNAME
             nsenter --net=$CNI_NETNS ip link set $CNI_IFNAME up
             wait_while chain-ADD
             echo '{Brace}"cniVersion":"1.0.0","interfaces":[{Brace}"name":"'$CNI_IFNAME'","sandbox":"'$CNI_NETNS'"{Close}],
                   "ips":[{Brace}"address":"'$address'","interface":0{Close}]{Close}' ;;
        DEL) {delete}
             wait_while chain-DEL
             ip link delete w$(printf %.10s $CNI_CONTAINERID) 2>/dev/null
             rm -f '{PathOf("store")}'/$CNI_CONTAINERID-chain ;;
        """);

    /// <summary>How many addresses the network <c>now</c> has given since it last forgot them.</summary>
    public int Given => Directory.GetDirectories(PathOf("given")).Length;

    /// <summary>The network <c>now</c> begins again with its first address, as an IPAM plugin does whose store is lost.</summary>
    public void ForgetGiven()
    {
        foreach (var given in Directory.GetDirectories(PathOf("given")))
            Directory.Delete(given);
    }

    public IDisposable Hold(string plugin, string operation)
    {
        var hold = PathOf($"hold/{plugin}-{operation}");
        File.WriteAllText(hold, "");
        return new Release(hold);
    }

    public static void WriteConflists(Action<string, string> write)
    {
        write("now.conflist", """{ "cniVersion": "1.0.0", "name": "now", "plugins": [ { "type": "chain" } ] }""");
        write("ahead.conflist",
            """{ "cniVersion": "1.0.0", "name": "ahead", "plugins": [ { "type": "chain", "ipam": { "type": "reserve",""" +
            """ "subnet": "10.77.0.0/16" } } ] }""");
    }

    public Task RunsAsync(string run, int times = 1) => Eventually.TrueAsync(() => Runs.Count(line => line == run) >= times, $"{run} runs");

    public Task UndoneAsync() => Eventually.TrueAsync(() => Store.Length == 0, $"nothing is in the store ({string.Join(", ", Store)})");

    /// <summary>Nobody hangs any more.</summary>
    public void ReleaseHolds()
    {
        foreach (var hold in Directory.GetFiles(PathOf("hold")))
            File.Delete(hold);
    }

    // Those who still hang must end before their scripts go.
    public void Dispose()
    {
        ReleaseHolds();
        Eventually.TrueAsync(() => !Running.Any(process => Directory.Exists($"/proc/{process}")), "no plugin runs").Wait();
        Directory.Delete(_directory, recursive: true);
    }

    private string PathOf(string name) => Path.Combine(_directory, name);

    private void Write(string plugin, string cases)
    {
        var script = PathOf($"bin/{plugin}");
        File.WriteAllText(script + ".new", $"""
            #!/bin/sh
            wait_while() {Brace} while [ -e '{PathOf("hold")}'/$1 ]; do sleep 0.02; done; {Close}
            if [ $CNI_COMMAND = VERSION ]; then echo '{Brace}"cniVersion":"1.0.0","supportedVersions":["1.0.0"]{Close}'; exit; fi
            touch '{PathOf("running")}'/$$
            trap "rm -f '{PathOf("running")}'/$$" EXIT TERM
            ls '{PathOf("running")}' | wc -l >> '{PathOf("most")}'
            echo "$CNI_COMMAND {plugin}" >> '{PathOf("runs")}'
            case $CNI_COMMAND in
            {cases}
            esac

            """);
        File.SetUnixFileMode(script + ".new", Executable);
        File.Move(script + ".new", script, overwrite: true);
    }

    private sealed class Release(string hold) : IDisposable
    {
        public void Dispose() => File.Delete(hold);
    }
}
