namespace Bridge.Adapter.Cli.Manual;

/// <summary>Notes on the commands for who operates the driver.</summary>
internal static class OperatorNotes
{
    public static IReadOnlyDictionary<string, CommandNotes> All { get; } = new Dictionary<string, CommandNotes>
    {
        ["cnm-cni doctor"] = new()
        {
            Examples =
            [
                new("cnm-cni doctor", "what is wrong, why it matters, and the commands that mend it"),
                new("cnm-cni doctor --verbose", "the checks that found nothing too"),
            ],
            ExitCodes =
            [
                new("0", "Nothing was found, or only notes."),
                new("1", "There are warnings."),
                new("2", "There are errors; or the command line is wrong."),
            ],
            SeeAlso = ["cnm-cni-status", "cnm-cni-test"],
        },
        ["cnm-cni networks"] = new()
        {
            Description =
            [
                "Also shown: the container runtimes with their directories, which of these cnm-cni uses and why, files that are not " +
                "used, and what plugins need.",
            ],
            Examples =
            [
                new("cnm-cni networks", "every CNI network, with subnets, plugins and Docker networks"),
                new("cnm-cni networks --json", "the same for programs"),
            ],
            SeeAlso = ["cnm-cni-cni-validate"],
        },
        ["cnm-cni networks create"] = new()
        {
            Examples =
            [
                new("cnm-cni networks create pods", "Docker network pods, with subnet and gateway of the CNI network"),
                new("cnm-cni networks create pods --name build", "under another name"),
                new("cnm-cni networks create pods -o cni.warm=2", "with two attachments that are made ahead"),
            ],
        },
        ["cnm-cni status"] = new()
        {
            Examples =
            [
                new("cnm-cni status", "what is attached, and what to look at"),
                new("cnm-cni status --exit-code > /dev/null", "a health check"),
                new("cnm-cni status --json", "for programs"),
            ],
            ExitCodes = CommandNotes.FailsWhen("cnm-cni does not answer; or, with --exit-code, there is something to look at."),
            SeeAlso = ["cnm-cni-check", "cnm-cni-repair"],
        },
        ["cnm-cni inspect"] = new()
        {
            Examples = [new("cnm-cni inspect web", "everything about the attachments of container web")],
            SeeAlso = ["cnm-cni-status", "cnm-cni-log"],
        },
        ["cnm-cni events"] = new()
        {
            Examples =
            [
                new("cnm-cni events --since 10m", "what happened in the last ten minutes"),
                new("cnm-cni events --follow --json", "each new event, for programs"),
            ],
            SeeAlso = ["cnm-cni-log"],
        },
        ["cnm-cni log"] = new()
        {
            Examples =
            [
                new("cnm-cni log 10.88.0.7", "who had this address, and when"),
                new("cnm-cni log web --verbose", "what each plugin was given and answered for container web"),
            ],
            SeeAlso = ["cnm-cni-events", "cnm-cni-inspect"],
        },
        ["cnm-cni ui"] = new()
        {
            Description =
            [
                "The page is on loopback. From another computer use ssh -L 8399:127.0.0.1:8399 HOST, and open the printed URL there.",
                "Root's capabilities are given up, but for CAP_NET_ADMIN, which the kernel wants of who reads tracked connections.",
            ],
            Examples =
            [
                new("cnm-cni ui", "prints the URL of the page"),
                new("cnm-cni ui --listen 127.0.0.1:0", "on a free port"),
            ],
            ExitCodes = CommandNotes.FailsWhen("The address cannot be used, for instance because the port is taken."),
            SeeAlso = ["cnm-cni-status", "cnm-cni-events"],
        },
        ["cnm-cni bugreport"] = new()
        {
            Examples = [new("cnm-cni bugreport --output report.tar.gz", "an archive for a report, without secrets")],
            SeeAlso = ["cnm-cni-status", "cnm-cni-log"],
        },
        ["cnm-cni check"] = new()
        {
            Examples =
            [
                new("cnm-cni check", "every attachment"),
                new("cnm-cni check web", "those of container web"),
            ],
            ExitCodes = CommandNotes.FailsWhen("A plugin failed CHECK, or cnm-cni does not answer."),
            SeeAlso = ["cnm-cni-repair"],
        },
        ["cnm-cni reload"] = new()
        {
            Examples =
            [
                new("cnm-cni reload", "after iptables -F, nft flush ruleset or a reload of firewalld"),
                new("cnm-cni reload web --dry-run", "what container web has lost, changing nothing"),
            ],
            ExitCodes = CommandNotes.FailsWhen("Something is still missing, or cnm-cni does not answer."),
            SeeAlso = ["cnm-cni-check", "cnm-cni-repair"],
        },
        ["cnm-cni repair"] = new()
        {
            Description = ["cnm-cni does the same by itself, every repair.interval and after each event of Docker's."],
            Examples =
            [
                new("cnm-cni repair --dry-run", "what differs now, changing nothing"),
                new("cnm-cni repair", "repair it, and try pending clean-ups again"),
                new("cnm-cni repair --forget 5f2b7c3c7a0e", "abandon a clean-up that can never succeed"),
            ],
            ExitCodes = CommandNotes.FailsWhen("Something remains to be repaired, or cnm-cni does not answer."),
            SeeAlso = ["cnm-cni-status", "cnm-cni-check"],
        },
        ["cnm-cni test"] = new()
        {
            Examples =
            [
                new("cnm-cni test pods", "who reaches whom on network pods"),
                new("cnm-cni test pods --json", "the same for programs"),
            ],
            ExitCodes = CommandNotes.FailsWhen("Something that should be reached is not, or the test could not run."),
            SeeAlso = ["cnm-cni-check", "cnm-cni-networks"],
        },
        ["cnm-cni settle"] = new()
        {
            Examples = [new("cnm-cni settle --timeout 30s", "wait before firewall rules or addresses are compared")],
            ExitCodes = CommandNotes.FailsWhen("Something is still pending, which is printed; or cnm-cni does not answer."),
        },
    };
}
