// Shows which region served this page. Two questions, because a page may have waited in CloudFront's cache:
// where did *this copy* come from, and where would the edge go *now*?
"use strict";

const PLACES = {
  "ap-northeast-1": "Tokyo", "ap-south-1": "Mumbai", "ap-southeast-1": "Singapore", "ap-southeast-2": "Sydney",
  "ca-central-1": "Canada", "eu-central-1": "Frankfurt", "eu-north-1": "Stockholm", "eu-west-1": "Ireland",
  "eu-west-2": "London", "eu-west-3": "Paris", "sa-east-1": "São Paulo", "us-east-1": "Virginia",
  "us-east-2": "Ohio", "us-west-1": "California", "us-west-2": "Oregon",
};

// S3 sends this header with every object that a replication rule covers, and CloudFront passes it on.
const BUCKETS = {
  REPLICA: "the destination bucket (the replica)",
  COMPLETED: "the source bucket (the original)",
  PENDING: "the source bucket (not copied yet)",
  FAILED: "the source bucket (the copy failed)",
};

function answer(id, text, detail, kind) {
  const box = document.getElementById(id);
  const [first, second] = box.querySelectorAll("dd");
  first.textContent = text;
  second.textContent = detail;
  box.dataset.kind = kind;
}

async function askForThisPage() {
  const response = await fetch(location.href, { cache: "no-store" });
  const status = response.headers.get("x-amz-replication-status");
  const cache = response.headers.get("x-cache");
  const age = response.headers.get("age");
  const detail = [cache, age && `in the cache for ${age} s`].filter(Boolean).join(" · ");
  answer("this-page", BUCKETS[status] || "a bucket, but no rule covers the page", detail || "not through CloudFront",
    status === "REPLICA" ? "replica" : "original");
}

async function askForTheMarker() {
  const response = await fetch("region.json", { cache: "no-store" });
  if (!response.ok) throw new Error(`region.json: ${response.status}`);
  const { region } = await response.json();
  answer("next-miss", PLACES[region] || region, region, "now");
}

async function ask() {
  for (const [id, question] of [["this-page", askForThisPage], ["next-miss", askForTheMarker]]) {
    try {
      await question();
    } catch (error) {
      answer(id, "no answer", String(error.message || error), "trouble");
    }
  }
}

const again = document.getElementById("ask-again");
again.hidden = false;
again.addEventListener("click", ask);
ask();

// The edge may change its mind while the page is open, so ask again from time to time, if anybody is looking.
const SECONDS = 5;
setInterval(() => document.hidden || ask(), SECONDS * 1000);
