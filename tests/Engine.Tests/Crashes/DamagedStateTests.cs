using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;
using Bridge.TestHosts.Commands;

namespace Bridge.Engine.Tests.Crashes;

/// <summary>
/// Every record, the present ones and the networks, is damaged in every way while containers run, and the driver is started again. That
/// every single bit is noticed is tested where no engine is needed.
/// </summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public abstract class DamagedStateTests(FragileChainHost engine) : CrashTest(engine)
{
    private const string State = "/var/lib/cnm-cni";
    private const string Records = "/run/cnm-cni/records";
    private const string Kept = "/run/bridge-test/kept";
    private const string Keep = $"mkdir {Kept}; cp -a {State} {Kept}/state; cp -a {Records} {Kept}/records";
    private const string PutBack = $"rm -rf {State}/* {Records}/*; cp -a {Kept}/state/. {State}; cp -a {Kept}/records/. {Records}";

    // Each makes something of the file $f.
    private static readonly string[] Ways =
    [
        ": > $f",
        "rm $f",
        "truncate --size=-40 $f",
        "printf '\\377' | dd of=$f bs=1 seek=97 conv=notrunc status=none",
        "echo '{\"Version\": \"three\"}' > $f",
        "echo '{\"Version\": 1000}' > $f",
        "echo '{\"Version\": 1, \"Version\": 1, \"EndpointId\": \"\\ud800\"}' > $f",
        "sed -i -e 's/\"Version\": 1/\"Version\": 2/' -e 's/\"HostPort\": [0-9]*/\"HostPort\": 88092/' $f",
        "rm $f; mkdir $f",
        "rm $f; mkfifo $f",
        "rm $f; mknod $f c 5 1",
        "rm $f; ln -s /nowhere $f",
        "truncate --size=3G $f",
        "mv $f $(dirname $f)/$(printf 'not\\377utf8').json",
        "mount --bind /proc/1/mem $f",
    ];

    [Feature("Nothing is left: cnm-cni killed")]
    [Feature("Addresses: pods and containers never get the same one")]
    [Fact(Timeout = Deadline.Long)]
    public async Task With_damaged_records_running_containers_keep_address_and_network_and_cnm_cni_serves()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        await RunContainerAsync("web", "--publish", "8080:80");
        await RunContainerAsync("other");
        var web = await DockerView.OfAsync(Host, "web", Network, Cancellation);
        var held = await HeldAsync();
        await RunInShellAsync(Keep);
        var damaged =
            (await RunInShellAsync($"find {State}/networks {Records}/attachments {Records}/reservations -name '*.json' | sort")).Split(
                '\n', StringSplitOptions.RemoveEmptyEntries);

        // In each round all files are damaged, in ways next to each other, so that no way is left out.
        for (var first = 0; first < Ways.Length; first += damaged.Length)
        {
            await Host.Bridge.KillAsync(Cancellation);
            var struck = damaged.Select((file, number) => (File: file, Way: Ways[(first + number) % Ways.Length])).ToArray();
            await RunInShellAsync(string.Concat(struck.Select(one => $"f={one.File}; {one.Way}\n")));
            await Host.Bridge.StartAsync(Cancellation);
            await RequireServingAsync(
                web, held,
                [.. struck.Where(one => one.Way != "rm $f").Select(
                    one => one.Way.StartsWith("mv", StringComparison.Ordinal) ? "utf8.json" : one.File)]);

            await Host.Bridge.KillAsync(Cancellation);
            await RunInShellAsync(
                $"umount {State}/*/*.json {State}/*/*.json.unreadable {Records}/*/*.json {Records}/*/*.json.unreadable 2> /dev/null; " +
                PutBack);
        }

        await Host.Bridge.StartAsync(Cancellation);
        await RunInShellAsync($"rm -rf {Kept}");
        (await Host.BridgeAsync(["check", "other"], Cancellation)).EnsureSuccess();
        await DockerAsync("rm", "--force", "web", "other");
        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
    }

    [Feature("Nothing is left: cnm-cni killed")]
    [Fact(Timeout = Deadline.Long)]
    public async Task A_container_whose_record_is_lost_leaves_nothing_when_it_is_removed()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        const string RemoveAll = $"rm -f $f {Records}/reservations/*.json {State}/attachments/*.json {State}/reservations/*.json";
        foreach (var way in new[] { "rm $f", ": > $f", RemoveAll })
        {
            await RunContainerAsync("web", "--publish", "8080:80");
            await Host.Bridge.KillAsync(Cancellation);
            await RunInShellAsync($"f=$(echo {Records}/attachments/*.json)\n{way}");
            await Host.Bridge.StartAsync(Cancellation);

            await DockerAsync("rm", "--force", "web");

            await RunInShellAsync($"rm -f {Records}/*/*.unreadable {State}/*/*.unreadable");
            await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
        }
    }

    [Feature("Nothing is left: cnm-cni killed")]
    [Fact(Timeout = Deadline.Long)]
    public async Task An_outdated_state_removes_no_rules_of_the_container_that_has_the_address_now()
    {
        const string Rewind = $"rm /var/lib/cni/networks/{CniNetworks.Name}/last_reserved_ip.*"; // The plugin begins with the lowest again.
        const string Forwarding = "iptables-save | grep -- '-A CNI-FORWARD .*10[.]' | sort";
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        await RunInShellAsync(Rewind);
        await RunContainerAsync("web", "--publish", "8080:80");
        var address = (await DockerView.OfAsync(Host, "web", Network, Cancellation)).Address;
        await RunInShellAsync(Keep);
        await RemoveAsync("web");
        await RunInShellAsync(Rewind);
        await RunContainerAsync("web", "--publish", "8080:80");
        (await DockerView.OfAsync(Host, "web", Network, Cancellation)).Address.Should().Be(address);
        var rules = await RunInShellAsync(Forwarding);
        await Host.Bridge.KillAsync(Cancellation);
        await RunInShellAsync($"{PutBack}; rm -rf {Kept}");

        await Host.Bridge.StartAsync(Cancellation);
        await Host.BridgeAsync(["repair"], Cancellation);

        (await RunInShellAsync(Forwarding)).Should().Be(rules).And.Contain(address);
        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
    }

    private async Task RequireServingAsync(DockerView web, IReadOnlyList<string> held, IReadOnlyList<string> damaged)
    {
        var repair = await Host.BridgeAsync(["repair"], Cancellation); // Ends when nothing is in doubt any more.
        var report = repair.StandardOutput + repair.StandardError;

        (await HeldAsync()).Should().Contain(held, report);
        (await ExecAsync("other", "wget", "-qO-", $"http://{web.Address}/")).Should().Be(Page.TrimEnd(), report);
        report.Should().ContainAll(damaged);
        (await Host.BridgeAsync(["status"], Cancellation)).EnsureSuccess().StandardOutput.Should().ContainAll(damaged);
        await DockerAsync("run", "--rm", "--network", Network, Image, "true");
        await Host.SettleAsync(Cancellation); // Before the records are put back.
    }

    // Addresses in the store of host-local with whose they are, and the namespaces.
    private async Task<IReadOnlyList<string>> HeldAsync() => (await RunInShellAsync($$"""
        cd /var/lib/cni/networks/{{CniNetworks.Name}} && for file in $(ls | grep '^10[.]'); do echo "$file $(head -n 1 "$file")"; done
        ls /run/cnm-cni/netns
        """)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
